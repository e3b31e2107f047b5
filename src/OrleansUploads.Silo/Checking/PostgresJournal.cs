using System.Globalization;
using System.Runtime.CompilerServices;
using OrleansUploads.Cluster.Moving;
using OrleansUploads.Core.Values;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Checking;

internal sealed class PostgresJournal(ClusterDecisions decisions, PostgresRows rows) : ClusterJournal(decisions)
{
    private const int PageRows = 1000;
    private const char Separator = ' ';

    protected override async IAsyncEnumerable<(string Place, string Key)> ListKeysAsync(
        EntityKind kind, string state, string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = Parse(state, after);
        while (await rows.ListAsync(last, PageRows, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                var key = row.NameGrain();
                yield return (PlaceOf(row), kind == EntityKind.Account ? key.PadLeft(AccountId.Digits, '0') : key);
            }

            last = page[^1];
        }
    }

    private static string PlaceOf(RowKey row) =>
        string.Create(CultureInfo.InvariantCulture, $"{row.GrainHash}{Separator}{row.N0}{Separator}{row.N1}{Separator}{row.Text}");

    private static RowKey Parse(string state, string place) => place.Split(Separator, 4) is [var hash, var n0, var n1, var text]
        ? RowKey.BeforeAll(state) with
        {
            GrainHash = int.Parse(hash, CultureInfo.InvariantCulture),
            N0 = long.Parse(n0, CultureInfo.InvariantCulture),
            N1 = long.Parse(n1, CultureInfo.InvariantCulture),
            Text = text.Length == 0 ? null : text,
        }
        : RowKey.BeforeAll(state);
}
