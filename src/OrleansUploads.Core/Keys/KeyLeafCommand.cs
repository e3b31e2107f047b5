using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Keys;

/// <summary>A command to a leaf of an ordered index.</summary>
public abstract record KeyLeafCommand : ICommand
{
    private protected KeyLeafCommand()
    {
    }

    /// <summary>The leaf that the command is sent to; null until it is routed.</summary>
    public LeafId? Leaf { get; init; }
}

/// <summary>Asks for the ticket of a publication. Nothing is written. The answer must not be outdated, because tickets say which of two
/// requests began first.</summary>
public sealed record TakeTicket(ObjectKey Key) : KeyLeafCommand, ICommand<KeyTicket>, IRequiresFreshState;

/// <summary>Issues a ticket that no other request has, for a publication that was overtaken.</summary>
public sealed record IssueTicket(ObjectKey Key) : KeyLeafCommand, ICommand<KeyTicket>;

/// <summary>Publishes an object under its key if a condition holds, unless the key was changed by a request that may have begun after this
/// one. The leaf remembers a publication until the upload has recorded it.</summary>
/// <param name="Entry">The object.</param>
/// <param name="Round">Which completion of the upload this is.</param>
/// <param name="Condition">What must hold of the key, or null for nothing.</param>
/// <param name="Ticket">The ticket, or null for none, from a version without tickets. A note.</param>
public sealed record PublishObject(KeyEntry Entry, int Round, PublishCondition? Condition, long? Ticket = null)
    : KeyLeafCommand, ICommand<PublicationVerdict>, IRequiresFreshState;

/// <summary>Tells the leaf that the upload has recorded its publication.</summary>
/// <param name="Key">The key.</param>
/// <param name="Upload">The upload.</param>
public sealed record SettlePublication(ObjectKey Key, UploadId Upload) : KeyLeafCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Deletes the object of a key. Succeeds if the key has none.</summary>
/// <param name="Key">The key.</param>
/// <param name="Condition">What must hold of the key, or null for nothing.</param>
public sealed record DeleteObject(ObjectKey Key, PublishCondition? Condition) : KeyLeafCommand, ICommand<Done>;

/// <summary>Returns the entry of a key.</summary>
public sealed record FindObject(ObjectKey Key) : KeyLeafCommand, ICommand<KeyEntry>;

/// <summary>Adds a multipart upload to the index of uploads.</summary>
public sealed record ListObjectUpload(KeyEntry Entry) : KeyLeafCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Removes a multipart upload from the index of uploads. A later addition of the same upload is ignored.</summary>
/// <param name="Position">Its position.</param>
public sealed record UnlistObjectUpload(KeyPosition Position) : KeyLeafCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Reads entries in order.</summary>
/// <param name="From">The first position to return.</param>
/// <param name="Limit">The maximum number of entries; at least 1.</param>
public sealed record ReadLeaf(KeyPosition From, int Limit) : KeyLeafCommand, ICommand<LeafPage>;

/// <summary>Gives a new leaf some of the entries that its left neighbour moves to it.</summary>
/// <param name="From">The smallest position that the leaf owns.</param>
/// <param name="Upper">The first position that it does not own, or null.</param>
/// <param name="Right">The leaf that owns this position, or null.</param>
/// <param name="Sequence">Number of this message within the move, starting at 0.</param>
/// <param name="IsLast">Whether these are the last entries.</param>
/// <param name="Entries">The entries.</param>
/// <param name="Publications">What is remembered about publications of their keys.</param>
/// <param name="Left">The left neighbour.</param>
/// <param name="Changes">What the left neighbour knows of the changes of these keys. A note.</param>
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
public sealed record TakeRange(
    KeyPosition From,
    KeyPosition? Upper,
    LeafName? Right,
    LeafName Giver,
    IReadOnlyList<Publication> Publications,
    KeyChanges? Changes = null) : KeyLeafCommand, ICommand<KeyRoute>, IRequiresFreshState;

/// <summary>Makes the leaf take no more entries if it has none, because the bucket is being deleted.</summary>
/// <param name="Step">The bucket's step. A leaf that knows of a later step ignores the command.</param>
public sealed record SealLeaf(long Step = 0) : KeyLeafCommand, ICommand<LeafSealVerdict>, IRequiresFreshState;

/// <summary>Makes the leaf take entries again, because the bucket was not deleted.</summary>
/// <param name="Step">The bucket's step. A leaf that knows of a later step ignores the command.</param>
public sealed record UnsealLeaf(long Step = 0) : KeyLeafCommand, ICommand<LeafSealVerdict>, IRequiresFreshState;

/// <summary>Confirms that the right neighbour has adopted entries.</summary>
/// <param name="Split">The number of the split.</param>
/// <param name="Sequence">The number of the message.</param>
public sealed record ConfirmKeysAdopted(long Split, int Sequence) : KeyLeafCommand, ICommand<Done>;

/// <summary>Confirms that the routes know the leaf of a split.</summary>
/// <param name="Split">The number of the split.</param>
public sealed record ConfirmRouteAdded(long Split) : KeyLeafCommand, ICommand<Done>;

/// <summary>Confirms that the left neighbour has taken the range.</summary>
/// <param name="Route">The leaf that has it; null before it has answered.</param>
public sealed record ConfirmRangeTaken(KeyRoute? Route = null) : KeyLeafCommand, ICommand<Done>, IVerdictConfirmation
{
    /// <inheritdoc/>
    public ICommand Carrying(object verdict) => this with { Route = (KeyRoute)verdict };
}

/// <summary>Confirms that the routes no longer name the leaf.</summary>
public sealed record ConfirmRouteRemoved : KeyLeafCommand, ICommand<Done>;

/// <summary>Confirms that the upload of an overwritten or deleted object knows of it.</summary>
public sealed record ConfirmObjectReleased(UploadId Upload) : KeyLeafCommand, ICommand<Done>;
