using System.Text.Json.Serialization;

namespace OrleansUploads.Core.Keys;

public abstract record KeyLeafCommand : ICommand
{
    private protected KeyLeafCommand()
    {
    }

    /// <summary>The leaf that the command is sent to; null until it is routed.</summary>
    public LeafId? Leaf { get; init; }
}

/// <summary>Asks for the ticket of a publication. Nothing is written.</summary>
[Named("take-ticket.1")]
public sealed record TakeTicket(ObjectKey Key) : KeyLeafCommand, ICommand<KeyTicket>;

/// <summary>Asks for a ticket that no other request has, for a publication that was overtaken.</summary>
[Named("issue-ticket.1")]
public sealed record IssueTicket(ObjectKey Key) : KeyLeafCommand, ICommand<KeyTicket>;

/// <summary>Publishes an object under its key if a condition holds, unless the key was changed by a request that may have
/// begun after this one. The leaf remembers a publication until the upload has recorded it.</summary>
/// <param name="Round">Which completion of the upload this is.</param>
/// <param name="Condition">What must hold of the key, or null for nothing.</param>
/// <param name="Ticket">The ticket, or null for none, from a version without tickets. A note.</param>
[Named("publish-object.1")]
public sealed record PublishObject(KeyEntry Entry, int Round, PublishCondition? Condition, long? Ticket = null)
    : KeyLeafCommand, ICommand<PublicationVerdict>, IRequiresFreshState;

[Named("settle-publication.1")]
public sealed record SettlePublication(ObjectKey Key, UploadId Upload) : KeyLeafCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Succeeds if the key has no object.</summary>
/// <param name="Condition">Null for none.</param>
[Named("delete-object.1")]
public sealed record DeleteObject(ObjectKey Key, PublishCondition? Condition) : KeyLeafCommand, ICommand<Done>;

[Named("find-object.1")]
public sealed record FindObject(ObjectKey Key) : KeyLeafCommand, ICommand<KeyEntry>;

[Named("list-upload.1")]
public sealed record ListUpload(KeyEntry Entry) : KeyLeafCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Removes a multipart upload from the index of uploads. A later addition of the same upload is ignored.</summary>
/// <param name="MayWait">A note.</param>
[Named("unlist-upload.1")]
public sealed record UnlistUpload(
    KeyPosition Position, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool MayWait = false)
    : KeyLeafCommand, ICommand<Done>, IRequiresFreshState, IMayWait;

/// <summary>Reads entries in order.</summary>
/// <param name="From">The first position to return.</param>
/// <param name="Limit">At least 1.</param>
/// <param name="Prefixes">If set, the first entry of a common prefix stands for all its entries in the leaf. A note.</param>
[Named("read-leaf.1")]
public sealed record ReadLeaf(KeyPosition From, int Limit, CommonPrefixes? Prefixes = null) : KeyLeafCommand, ICommand<LeafPage>;

/// <summary>Counts entries, and adds up the sizes of their objects.</summary>
/// <param name="From">The first position to count.</param>
[Named("sum-leaf.1")]
public sealed record SumLeaf(KeyPosition From) : KeyLeafCommand, ICommand<LeafSum>;

/// <summary>Gives a new leaf some of the entries that its left neighbour moves to it.</summary>
/// <param name="From">The smallest position that the leaf owns.</param>
/// <param name="Upper">The first position that it does not own, or null.</param>
/// <param name="Right">The leaf that owns this position, or null.</param>
/// <param name="Sequence">Number of this message within the move, starting at 0.</param>
/// <param name="IsLast">Whether these are the last entries.</param>
/// <param name="Publications">What is remembered about publications of their keys.</param>
/// <param name="Changes">What the left neighbour knows of the changes of these keys. A note.</param>
[Named("adopt-keys.1")]
public sealed record AdoptKeys(
    KeyPosition From,
    KeyPosition? Upper,
    LeafName? Right,
    int Sequence,
    bool IsLast,
    IReadOnlyList<KeyEntry> Entries,
    IReadOnlyList<Publication> Publications,
    LeafName? Left = null,
    KeyChanges? Changes = null) : KeyLeafCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Gives a leaf the range of its right neighbour, which is empty.</summary>
/// <param name="From">The smallest position of the range.</param>
/// <param name="Upper">The first position behind it, or null.</param>
/// <param name="Right">The leaf that owns this position, or null.</param>
/// <param name="Giver">The right neighbour.</param>
/// <param name="Publications">What the neighbour remembers about uploads.</param>
/// <param name="Changes">What the neighbour knows of the changes of its keys. A note.</param>
[Named("take-range.1")]
public sealed record TakeRange(
    KeyPosition From,
    KeyPosition? Upper,
    LeafName? Right,
    LeafName Giver,
    IReadOnlyList<Publication> Publications,
    KeyChanges? Changes = null) : KeyLeafCommand, ICommand<KeyRoute>, IRequiresFreshState;

/// <summary>Makes the leaf take no more entries if it has none, because the bucket is being deleted.</summary>
/// <param name="Step">The bucket's step. A leaf that knows of a later step ignores the command.</param>
[Named("seal-leaf.1")]
public sealed record SealLeaf(long Step = 0) : KeyLeafCommand, ICommand<LeafSealVerdict>, IRequiresFreshState;

/// <summary>Makes the leaf take entries again, because the bucket was not deleted.</summary>
/// <param name="Step">The bucket's step. A leaf that knows of a later step ignores the command.</param>
[Named("unseal-leaf.1")]
public sealed record UnsealLeaf(long Step = 0) : KeyLeafCommand, ICommand<LeafSealVerdict>, IRequiresFreshState;

public sealed record ConfirmKeysAdopted(long Split, int Sequence) : KeyLeafCommand, ICommand<Done>;

public sealed record ConfirmRouteAdded(long Split) : KeyLeafCommand, ICommand<Done>;

public sealed record ConfirmRangeTaken(LeafName Taker) : KeyLeafCommand, ICommand<Done>;

public sealed record ConfirmRouteRemoved : KeyLeafCommand, ICommand<Done>;

public sealed record ConfirmObjectReleased(UploadId Upload) : KeyLeafCommand, ICommand<Done>;

/// <summary>A change of a key: a publication or a deletion. Leaves number them, and a leaf that gets keys continues the numbers of the leaf
/// that had them, so the numbers of a key's changes only rise.</summary>
/// <param name="Number">Its number, from 1; 0 if it is not known.</param>
/// <param name="Ticket">The ticket of a publication without a condition; null for every other change.</param>
public readonly record struct KeyChange(long Number, long? Ticket = null);

/// <summary>The deletion of a key that has had no object since.</summary>
public sealed record KeyDeletion(KeyPosition Position, long Number);

/// <summary>What a leaf knows of the changes of its keys, apart from those that made its entries.</summary>
/// <param name="Newest">The number of the newest change, or behind the newest ticket that was issued.</param>
/// <param name="Forgotten">The number of the newest deletion that the leaf has forgotten. A key without an entry and without a remembered
/// deletion was not changed after it.</param>
/// <param name="Deletions">The newest deletions, the oldest first.</param>
public sealed record KeyChanges(long Newest, long Forgotten, IReadOnlyList<KeyDeletion> Deletions)
{
    /// <summary>The number of deletions that a leaf remembers.</summary>
    internal const int MaxDeletions = 64;

    public static KeyChanges None { get; } = new(Newest: 0, Forgotten: 0, []);

    /// <returns>Null if the deletion is not remembered.</returns>
    internal KeyDeletion? Find(KeyPosition position) => Deletions.FirstOrDefault(deletion => deletion.Position == position);

    /// <summary>The number of the next change, or of a ticket that is issued now.</summary>
    internal long Next => Newest + 1;

    internal KeyChanges WithPublication(KeyPosition position) => this with { Newest = Next, Deletions = Without(position) };

    internal KeyChanges WithDeletion(KeyPosition position) =>
        (this with { Newest = Next, Deletions = [.. Without(position), new KeyDeletion(position, Next)] }).Bounded();

    /// <summary>Issues a ticket whose number no later ticket and no change has.</summary>
    internal KeyChanges WithTicket() => this with { Newest = Next + 1 };

    /// <summary>Continues the numbers of a leaf that had some of the keys before, with what it remembers about them.</summary>
    internal KeyChanges With(KeyChanges? other) => other is null
        ? this
        : new KeyChanges(
            Math.Max(Newest, other.Newest),
            Math.Max(Forgotten, other.Forgotten),
            [.. Deletions.Concat(other.Deletions).OrderBy(deletion => deletion.Number)]).Bounded();

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

/// <summary>What must be true of a key before an object is published or deleted under it. The leaf of the key decides.</summary>
/// <param name="IfMatch">The ETag that the key's object must have, or null if <paramref name="MustExist"/> decides.</param>
/// <param name="MustExist">True if the key must have some object, or null if it must have none. Read only without an ETag.</param>
public sealed record PublishCondition(ObjectETag? IfMatch, bool? MustExist = null)
{
    /// <summary>The key must have no object (<c>If-None-Match: *</c>).</summary>
    public static PublishCondition MustBeAbsent { get; } = new(IfMatch: null);

    /// <summary>The key must have an object (<c>If-Match: *</c>).</summary>
    public static PublishCondition MustBePresent { get; } = new(IfMatch: null, MustExist: true);

    /// <summary>What a failure says of the key: true if it had an object, false if it had none, null if either is possible.</summary>
    public bool? PresenceIfFailed() => IfMatch is null ? MustExist is not true : null;

    /// <summary>Whether a key with an object of some ETag fulfills the condition.</summary>
    /// <param name="current">The ETag of the key's object, or null if the key has none.</param>
    public bool Holds(ObjectETag? current) => IfMatch is { } tag ? current == tag : current is not null == (MustExist is true);
}

/// <summary>Sends a message to the leaf that has a position.</summary>
public sealed record TellKey(KeyIndexId Index, KeyPosition Position, KeyLeafCommand Command) : IntentAction
{
    /// <summary>A leaf at which the position, or a link to it, is certainly found, or null if the routes know better.</summary>
    public LeafName? Start { get; init; }
}
