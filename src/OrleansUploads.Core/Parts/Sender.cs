namespace OrleansUploads.Core.Parts;

/// <summary>Who sent a request, through which node, and from where. It is kept for people, and no decision depends on it. Longer texts
/// are cut to <see cref="MaxChars"/>.</summary>
/// <param name="AccessKeyId">The access key that signed the request, or the account if it is another one than the vault's. Null if
/// signatures are not verified.</param>
/// <param name="Node">The node that received the request, or null if it has no name.</param>
/// <param name="Address">The address of the client, or null if the transport has no addresses.</param>
public sealed record Sender(string? AccessKeyId, string? Node, string? Address)
{
    /// <summary>Maximum length of each text.</summary>
    public const int MaxChars = 64;

    public string? AccessKeyId { get; init; } = Cut(AccessKeyId);

    public string? Node { get; init; } = Cut(Node);

    public string? Address { get; init; } = Cut(Address);

    private static string? Cut(string? text) => text is { Length: > MaxChars } ? text[..MaxChars] : text;
}

/// <summary>The senders of an upload's parts. Each part has only the number of its sender. Immutable.</summary>
public sealed class SenderTable : IStoredAs<SenderTable, IReadOnlyList<Sender>>
{
    /// <summary>Maximum number of senders. Later ones are not told apart.</summary>
    public const int MaxSenders = 250;

    /// <summary>The number of every sender that the table has no room for.</summary>
    public const int Others = 255;

    private readonly Dictionary<Sender, int> _numbers;

    private SenderTable(ImmutableArray<Sender> inOrder)
    {
        InOrder = inOrder;
        _numbers = new Dictionary<Sender, int>(inOrder.Length);
        for (var i = 0; i < inOrder.Length; i++)
        {
            _numbers.TryAdd(inOrder[i], i + 1);
        }
    }

    public static SenderTable Empty { get; } = new([]);

    /// <summary>The senders. The first has number 1.</summary>
    public ImmutableArray<Sender> InOrder { get; }

    /// <summary>The sender with a number, or null if it is not known or one of those that are not told apart.</summary>
    public Sender? this[int? number] => number is >= 1 && number <= InOrder.Length ? InOrder[number.Value - 1] : null;

    public IReadOnlyList<Sender> ToStored() => InOrder;

    public static SenderTable FromStored(IReadOnlyList<Sender> stored) => stored.Count == 0 ? Empty : new([.. stored]);

    /// <summary>The sender's number, and the sender itself if the table does not have it yet; both null without a sender.</summary>
    public (int? Number, Sender? Added) Mark(Sender? sender) =>
        sender is null ? (null, null)
        : _numbers.TryGetValue(sender, out var known) ? (known, null)
        : InOrder.Length < MaxSenders ? (InOrder.Length + 1, sender)
        : (Others, null);

    /// <summary>The table with a sender that an event added, or the same table for null.</summary>
    public SenderTable With(Sender? added) => added is null || InOrder.Length == MaxSenders ? this : new(InOrder.Add(added));
}
