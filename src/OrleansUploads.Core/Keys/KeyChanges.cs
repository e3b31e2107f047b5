using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Keys;

/// <summary>A change of a key: a publication or a deletion. Leaves number them, and a leaf that gets keys continues the numbers of the leaf
/// that had them, so the numbers of a key's changes only rise.</summary>
/// <param name="Number">Its number, from 1; 0 if it is not known.</param>
/// <param name="Ticket">The ticket of a publication without a condition; null for every other change.</param>
public readonly record struct KeyChange(long Number, long? Ticket = null);

/// <summary>The deletion of a key that has had no object since.</summary>
/// <param name="Position">The position of the key.</param>
/// <param name="Number">The number of the change.</param>
public sealed record KeyDeletion(KeyPosition Position, long Number);

/// <summary>What a leaf knows of the changes of its keys, apart from those that made its entries.</summary>
/// <param name="Newest">The newest number: that of the newest change, or behind the newest ticket that was issued.</param>
/// <param name="Forgotten">The number of the newest deletion that the leaf has forgotten. A key without an entry and without a remembered
/// deletion was not changed after it.</param>
/// <param name="Deletions">The newest deletions, the oldest first.</param>
public sealed record KeyChanges(long Newest, long Forgotten, IReadOnlyList<KeyDeletion> Deletions)
{
    /// <summary>The number of deletions that a leaf remembers.</summary>
    internal const int MaxDeletions = 64;

    /// <summary>No change yet.</summary>
    public static KeyChanges None { get; } = new(Newest: 0, Forgotten: 0, []);

    /// <summary>The deletion of a key, or null if it is not remembered.</summary>
    internal KeyDeletion? Find(KeyPosition position) => Deletions.FirstOrDefault(deletion => deletion.Position == position);

    /// <summary>The number of the next change, or of a ticket that is issued now.</summary>
    internal long Next => Newest + 1;

    /// <summary>Numbers the publication of a key.</summary>
    internal KeyChanges WithPublication(KeyPosition position) => this with { Newest = Next, Deletions = Without(position) };

    /// <summary>Numbers the deletion of a key.</summary>
    internal KeyChanges WithDeletion(KeyPosition position) =>
        (this with { Newest = Next, Deletions = [.. Without(position), new KeyDeletion(position, Next)] }).Bounded();

    /// <summary>Numbers a ticket. No later ticket and no change has the same number.</summary>
    internal KeyChanges WithTicket() => this with { Newest = Next + 1 };

    /// <summary>Continues the numbers of a leaf that had some of the keys before, with what it remembers about them.</summary>
    internal KeyChanges With(KeyChanges? other) => other is null
        ? this
        : new KeyChanges(
            Math.Max(Newest, other.Newest),
            Math.Max(Forgotten, other.Forgotten),
            [.. Deletions.Concat(other.Deletions).OrderBy(deletion => deletion.Number)]).Bounded();

    /// <summary>Keeps only the deletions of some keys.</summary>
    internal KeyChanges Where(Func<KeyPosition, bool> isKept) =>
        this with { Deletions = [.. Deletions.Where(deletion => isKept(deletion.Position))] };

    private IReadOnlyList<KeyDeletion> Without(KeyPosition position) =>
        Find(position) is null ? Deletions : [.. Deletions.Where(deletion => deletion.Position != position)];

    private KeyChanges Bounded()
    {
        var excess = Deletions.Count - MaxDeletions;
        return excess <= 0
            ? this
            : this with
            {
                Forgotten = Math.Max(Forgotten, Deletions[excess - 1].Number),
                Deletions = [.. Deletions.Skip(excess)],
            };
    }
}
