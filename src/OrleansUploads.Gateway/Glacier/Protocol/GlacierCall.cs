using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>A request to the vault API.</summary>
internal sealed class GlacierCall : FrontCall
{
    /// <summary>What the request does.</summary>
    public required VaultAction Action { get; init; }

    /// <summary>The vault and the account that owns it. The name is meaningless for an operation on the account.</summary>
    public required VaultId Vault { get; init; }

    /// <summary>The vault's incarnation; set when the policy gate has found the vault.</summary>
    public VaultIncarnation Incarnation { get; set; }

    /// <summary>What the permission to delete an archive is based on, or null for other operations.</summary>
    public DeletionVerdict? DeletionVerdict { get; set; }

    /// <summary>Whether the signer owns the vault.</summary>
    public bool IsOwner => Vault.Account == Account;

    /// <summary>The body if it is a small document, checked against the signature, or empty for an upload.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>The body of an upload.</summary>
    public ReceivedBody Body => Exchange.Received;

    /// <summary>The sender of the request, for the timeline of an upload. The key of another account is not
    /// shown to the owner; the number of the account replaces it.</summary>
    public Sender Sender => IsOwner ? Exchange.Sender : Exchange.Sender with { AccessKeyId = $"account {Account}" };

    /// <summary>The ID of the archive, upload, job or lock in the path, or empty if the path has none.</summary>
    public string Id { get; init; } = "";

    /// <summary>The ARN of the vault.</summary>
    public string Arn => VaultArn.Format(Region, Vault);

    /// <summary>The value of a header, repeated headers joined by a comma, or null if the request does not have it.</summary>
    public string? Header(string name) =>
        Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>The path of a resource in the vault, with the account's number.</summary>
    /// <param name="path">The path below the vault, beginning with a slash, or empty for the vault itself.</param>
    public string Location(string path) => $"/{Vault.Account}/vaults/{Vault.Name}{path}";

    /// <inheritdoc/>
    protected override FrontError ErrorOf(Refusal refusal) => this.Describe(refusal);
}

/// <summary>Answers that several operations share.</summary>
internal static class CallAnswers
{
    /// <summary>The error for a refusal.</summary>
    public static GlacierError Describe(this GlacierCall call, Refusal refusal) =>
        GlacierRefusals.Describe(refusal, call.Region, call.Id);

    /// <summary>An archive was created.</summary>
    public static FrontAnswer ArchiveCreated(this GlacierCall call, CompletedArchive archive) => EmptyAnswer.Created(
        (GlacierHeaders.Location, call.Location($"/archives/{archive.Archive}")),
        (GlacierHeaders.ArchiveId, archive.Archive.ToString()),
        (GlacierHeaders.TreeHash, archive.TreeHash.ToString()));
}
