const COLUMNS = new Map([
  [
    'fraud',
    [
      'amount',
      'account_age',
      'merchant_risk',
      'tries_per_hour',
      'distance_from_home',
      'hour_of_day',
    ],
  ],
  [
    'growth',
    [
      'visits',
      'days_since_order',
      'basket_value',
      'opened_mails',
      'complaints',
      'tenure',
    ],
  ],
  [
    'forecast',
    [
      'price',
      'promotion',
      'season',
      'sold_last_week',
      'sold_last_year',
      'stock_days',
    ],
  ],
]);

const OTHER = [
  'feature_1',
  'feature_2',
  'feature_3',
  'feature_4',
  'feature_5',
  'feature_6',
];

/**
 * Names of a data set's features, in their order: what a model trained on it has as its signature. All are standardised
 * numbers, 0 for the average.
 */
export function columnsOf(dataset: string): string[] {
  return COLUMNS.get(dataset) ?? OTHER;
}
