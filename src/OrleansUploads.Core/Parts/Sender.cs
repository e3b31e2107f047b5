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

    /// <summary>The access key.</summary>
    public string? AccessKeyId { get; init; } = Cut(AccessKeyId);

    /// <summary>The node.</summary>
    public string? Node { get; init; } = Cut(Node);

    /// <summary>The address of the client.</summary>
    public string? Address { get; init; } = Cut(Address);

    private static string? Cut(string? text) => text is { Length: > MaxChars } ? text[..MaxChars] : text;
}
