using OrleansUploads.Core.Parts;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>A request whose signer, operation and vault are known. Operations work on it.</summary>
internal sealed class GlacierCall : VaultRequest
{
    /// <summary>The body if it is a small document, checked against the signature, or empty for an upload.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>The body of an upload.</summary>
    public ReceivedBody Body => Exchange.Received;

    /// <summary>The query's parameters.</summary>
    public QueryParameters Query => Exchange.Target.Query;

    /// <summary>The sender of the request, for the timeline of an upload. The key of another account is not
    /// shown to the owner; the number of the account replaces it.</summary>
    public Sender Sender => IsOwner ? Exchange.Sender : Exchange.Sender with { AccessKeyId = $"account {Account}" };

    /// <summary>The ID of the archive, upload, job or lock in the path, or empty if the path has none.</summary>
    public string Id { get; init; } = "";

    /// <summary>The path of a resource in the vault, with the account's number.</summary>
    /// <param name="path">The path below the vault, beginning with a slash, or empty for the vault itself.</param>
    public string Location(string path) => $"/{Vault.Account}/vaults/{Vault.Name}{path}";
}
