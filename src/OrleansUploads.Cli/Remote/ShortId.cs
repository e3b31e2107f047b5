namespace OrleansUploads.Cli.Remote;

/// <summary>The beginning of an ID, which stands for the whole one where a list has only one that begins with it.</summary>
internal static class ShortId
{
    /// <summary>How many characters of an ID lists show.</summary>
    public const int Chars = 10;

    /// <summary>A shorter word is not taken for the beginning of an ID. IDs are random, so hardly any two begin with the same
    /// characters.</summary>
    public const int FewestChars = 8;

    /// <summary>The beginning of an ID, as lists show it.</summary>
    public static string Of(string id) => id[..Math.Min(id.Length, Chars)];

    /// <summary>Whether a word that is not a whole ID means this one.</summary>
    public static bool IsMeant(string id, string word) =>
        word.Length >= FewestChars && id.StartsWith(word, StringComparison.Ordinal);

    /// <summary>Finds the IDs that words stand for. Words that are whole IDs are taken as they are; only others need the list.</summary>
    /// <param name="words">IDs or their beginnings.</param>
    /// <param name="wholeChars">The characters of a whole ID.</param>
    /// <param name="list">All IDs.</param>
    /// <param name="what">What has these IDs, such as <c>upload</c>.</param>
    /// <param name="listCommand">The command that lists them.</param>
    /// <param name="cancellationToken">Cancels the list.</param>
    /// <exception cref="GlacierException">No ID begins with a word.</exception>
    /// <exception cref="InvalidDataException">Several IDs begin with a word.</exception>
    public static async Task<IReadOnlyList<string>> FindAsync(
        IReadOnlyList<string> words,
        int wholeChars,
        IAsyncEnumerable<string> list,
        string what,
        string listCommand,
        CancellationToken cancellationToken)
    {
        var found = words.Where(word => word.Length != wholeChars).Distinct(StringComparer.Ordinal)
            .ToDictionary(static word => word, static _ => new List<string>(), StringComparer.Ordinal);
        if (found.Count > 0)
        {
            await foreach (var id in list.WithCancellation(cancellationToken))
            {
                foreach (var (word, ids) in found)
                {
                    // A second one shows that the word is not enough.
                    if (ids.Count < 2 && (id == word || IsMeant(id, word)))
                    {
                        ids.Add(id);
                    }
                }
            }
        }

        return [.. words.Select(word => found.TryGetValue(word, out var ids) ? Choose(word, ids) : word)];

        string Choose(string word, List<string> ids) => ids switch
        {
            [var only] => only,
            [] => throw new GlacierException(
                GlacierErrorCodes.ResourceNotFound, $"There is no {what} whose ID is or begins with '{word}'. To see them: {listCommand}"),
            _ => throw new InvalidDataException($"More than one {what} ID begins with '{word}'. Give more of it."),
        };
    }
}
