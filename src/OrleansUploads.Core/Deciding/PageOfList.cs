namespace OrleansUploads.Core.Deciding;

/// <summary>Cuts lists into pages.</summary>
internal static class PageOfList
{
    /// <summary>The first items of a list, at most <paramref name="limit"/>, and whether more follow.</summary>
    public static (IReadOnlyList<T> Page, bool HasMore) FirstPage<T>(this IEnumerable<T> items, int limit)
    {
        var page = new List<T>();
        foreach (var item in items)
        {
            if (page.Count == limit)
            {
                return (page, true);
            }

            page.Add(item);
        }

        return (page, false);
    }
}
