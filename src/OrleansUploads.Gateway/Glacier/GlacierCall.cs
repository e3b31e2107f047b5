using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>One request whose signer, operation and vault are known: what an operation works on.</summary>
internal sealed class GlacierCall
{
    /// <summary>The request on the wire.</summary>
    public required HttpRequest Request { get; init; }

    /// <summary>Which operation it means.</summary>
    public required GlacierRoute Route { get; init; }

    /// <summary>The query's parameters.</summary>
    public required QueryText Query { get; init; }

    /// <summary>The account that the signer acts for.</summary>
    public required AccountId Account { get; init; }

    /// <summary>The region that names of vaults show.</summary>
    public required string Region { get; init; }

    /// <summary>The vault and the account that owns it; the name is meaningless for an operation about the whole
    /// account.</summary>
    public required VaultId Vault { get; init; }

    /// <summary>The vault's life, once the call has been let through to a vault that is there.</summary>
    public VaultLife Life { get; set; }

    /// <summary>Whether the vault is the signer's own.</summary>
    public bool IsOwner => Vault.Account == Account;

    /// <summary>The body where it is a small document, checked against the signature; empty for an upload.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>The body where it is bytes to keep.</summary>
    public required Stream Bytes { get; init; }

    /// <summary>The caller is gone.</summary>
    public CancellationToken Aborted => Request.HttpContext.RequestAborted;

    /// <summary>The archive, upload or job that the path names; empty where it names none.</summary>
    public string Id => Route.Id ?? "";

    /// <summary>The long name of the vault.</summary>
    public string Arn => VaultArn.Format(Region, Vault);

    /// <summary>A header; null where there is none. Repeated headers are joined by a comma.</summary>
    public string? Header(string name) =>
        Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>The path of something in the vault, with the account's number.</summary>
    /// <param name="path">Empty for the vault itself, else beginning with a slash.</param>
    public string Location(string path) => $"/{Vault.Account}/vaults/{Vault.Name}{path}";
}
