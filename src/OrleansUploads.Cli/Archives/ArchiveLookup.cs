using OrleansUploads.Core.Values;

namespace OrleansUploads.Cli.Archives;

/// <summary>Finds the archive that a word means. A whole ID is taken as it is; anything else needs an inventory.</summary>
internal sealed class ArchiveLookup(Session session)
{
    private sealed class Match(string word)
    {
        public string Word { get; } = word;

        /// <summary>Whether the word is a whole ID. A name of the same length usually has another character.</summary>
        public bool IsId { get; } = ArchiveId.TryParse(word, out _);

        /// <summary>Up to two archives whose IDs begin with the word.</summary>
        public List<InventoryEntry> Begun { get; } = [];

        public int NamedCount { get; set; }

        public InventoryEntry? Newest { get; set; }
    }

    /// <summary>Returns the IDs of archives from IDs or their beginnings. With <paramref name="alsoNames"/>, a word may also be a
    /// description: it stands for the newest archive that has it.</summary>
    /// <exception cref="GlacierException">The vault has no such archive.</exception>
    /// <exception cref="InvalidDataException">Several IDs begin with a word.</exception>
    public async Task<IReadOnlyList<string>> FindAsync(
        IReadOnlyList<string> words, bool alsoNames, CancellationToken cancellationToken)
    {
        var matches = words.Select(static word => new Match(word)).ToList();
        var unknown = matches.Where(static match => !match.IsId).ToList();
        if (unknown.Count > 0)
        {
            await foreach (var entry in new Inventory(session).ReadAsync(cancellationToken))
            {
                unknown.ForEach(match => Compare(match, entry));
            }
        }

        return [.. matches.Select(match => match.IsId ? match.Word : Choose(match, alsoNames).ArchiveId)];
    }

    /// <summary>What an inventory says of the archives that are meant: with <paramref name="words"/>, the archives that the
    /// words name by ID, its beginning or description; without, all that a filter includes, and of several with the same
    /// description the newest.</summary>
    public async Task<IReadOnlyList<InventoryEntry>> FindEntriesAsync(
        IReadOnlyList<string> words, Func<InventoryEntry, bool> includes, CancellationToken cancellationToken)
    {
        var matches = words.Select(static word => new Match(word)).ToList();
        var included = new Dictionary<string, InventoryEntry>(StringComparer.Ordinal);
        await foreach (var entry in new Inventory(session).ReadAsync(cancellationToken))
        {
            matches.ForEach(match => Compare(match, entry));
            if (words.Count == 0 && includes(entry))
            {
                var name = entry.Description is { Length: > 0 } description ? description : entry.ArchiveId;
                included[name] = Newer(included.GetValueOrDefault(name), entry);
            }
        }

        return words.Count > 0 ? [.. matches.Select(match => Choose(match, alsoNames: true)).DistinctBy(static entry => entry.ArchiveId)]
            : included.Count > 0 ? [.. included.Values]
            : throw new GlacierException(
                GlacierErrorCodes.ResourceNotFound, $"The vault {session.Vault} has no such archives. To see what it has: {ListCommand(null)}");
    }

    private static void Compare(Match match, InventoryEntry entry)
    {
        if (match.Begun.Count < 2 && ShortId.IsMeant(entry.ArchiveId, match.Word))
        {
            match.Begun.Add(entry);
        }

        if (entry.Description is { } description && (description == match.Word || ArchiveName.Decode(description) == match.Word))
        {
            match.NamedCount++;
            match.Newest = Newer(match.Newest, entry);
        }
    }

    private static InventoryEntry Newer(InventoryEntry? one, InventoryEntry other) =>
        one is not null && one.CreatedAt > other.CreatedAt ? one : other;

    private InventoryEntry Choose(Match match, bool alsoNames)
    {
        switch (match.Begun)
        {
            case [var only]:
                return only;
            case { Count: > 1 }:
                throw new InvalidDataException($"More than one archive ID begins with '{match.Word}'. Give more of it.");
        }

        if (alsoNames && match.Newest is { } newest)
        {
            if (match.NamedCount > 1)
            {
                session.Printer.Note(
                    $"The vault has {Quantity.Format(match.NamedCount, "archive")} with the description '{match.Word}'. This is the newest, of "
                    + $"{TimeText.Format(newest.CreatedAt)}. To see all: {ListCommand(match.Word)}");
            }

            return newest;
        }

        throw new GlacierException(
            GlacierErrorCodes.ResourceNotFound,
            (match.Newest, alsoNames) switch
            {
                (not null, _) => $"'{match.Word}' is a description. To delete archives, give their IDs: {ListCommand(match.Word)}",
                (null, true) => $"The vault {session.Vault} has no archive with the ID or description '{match.Word}'. To see what it has: {ListCommand(null)}",
                _ => $"The vault {session.Vault} has no archive whose ID is or begins with '{match.Word}'. To see what it has: {ListCommand(null)}",
            });
    }

    private string ListCommand(string? name) => $"{ProgramName.Text} archive list --vault {session.Vault}{session.ServerWords}"
        + (name is null ? "" : $" --name {ProgramName.Quote(name)}");
}
