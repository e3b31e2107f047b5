using System.Net;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Policies;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>What somebody wants to do in a vault, as the vault's policies judge it.</summary>
internal class VaultRequest
{
    /// <summary>The HTTP request and its response.</summary>
    public required HttpExchange Exchange { get; init; }

    /// <summary>What the request does.</summary>
    public required VaultAction Action { get; init; }

    /// <summary>The account that the sender acts for.</summary>
    public required AccountId Account { get; init; }

    /// <summary>The region in the ARNs of vaults.</summary>
    public required string Region { get; init; }

    /// <summary>The vault and the account that owns it. The name is meaningless for an operation on the account.</summary>
    public required VaultId Vault { get; init; }

    /// <summary>The vault's incarnation; set when the policy gate has found the vault.</summary>
    public VaultIncarnation Incarnation { get; set; }

    /// <summary>What the permission to delete an archive is based on, or null for other operations.</summary>
    public DeletionVerdict? DeletionVerdict { get; set; }

    /// <summary>Whether the sender owns the vault.</summary>
    public bool IsOwner => Vault.Account == Account;

    /// <summary>The ARN of the vault.</summary>
    public string Arn => VaultArn.Format(Region, Vault);

    /// <summary>The request on the wire.</summary>
    public HttpRequest Request => Exchange.Context.Request;

    /// <summary>Canceled when the client disconnects.</summary>
    public CancellationToken Aborted => Exchange.Aborted;

    /// <summary>The client's address, or null if the transport has no addresses.</summary>
    public IPAddress? RemoteAddress => Exchange.ClientAddress;

    /// <summary>The value of a header, repeated headers joined by a comma, or null if the request does not have it.</summary>
    public string? Header(string name) =>
        Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;
}
