namespace OrleansUploads.Cli.Remote;

/// <summary>Sorts the items of a list by time, as a person reads them. The server orders by random IDs.
/// <paramref name="name"/> orders items of the same time.</summary>
internal sealed class OldestFirst<T>(Func<T, DateTimeOffset> time, Func<T, string> name)
{
    /// <summary>The most items that are sorted. They take about 100 MB of memory. A longer list keeps the server's order.</summary>
    public const int MostItems = 100_000;

    /// <summary>Sorts the items, unless there are too many. Calls <paramref name="ifTooMany"/> before the first item if the list keeps its
    /// order.</summary>
    public async IAsyncEnumerable<T> SortAsync(IAsyncEnumerable<T> items, Action ifTooMany, int mostItems = MostItems)
    {
        List<T>? held = [];
        await foreach (var item in items)
        {
            if (held is null)
            {
                yield return item;
                continue;
            }

            held.Add(item);
            if (held.Count <= mostItems)
            {
                continue;
            }

            ifTooMany();
            foreach (var first in held)
            {
                yield return first;
            }

            held = null;
        }

        foreach (var item in (held ?? []).OrderBy(time).ThenBy(name, StringComparer.Ordinal))
        {
            yield return item;
        }
    }
}
