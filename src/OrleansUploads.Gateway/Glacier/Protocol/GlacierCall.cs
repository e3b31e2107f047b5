using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>A request to the vault API.</summary>
internal sealed class GlacierCall : VaultRequest
{
    /// <summary>The body if it is a small document, checked against the signature, or empty for an upload.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>The body of an upload.</summary>
    public ReceivedBody Body => Exchange.Received;

    /// <summary>The sender of the request, for the timeline of an upload. The key of another account is not
    /// shown to the owner; the number of the account replaces it.</summary>
    public Sender Sender => IsOwner ? Exchange.Sender : Exchange.Sender with { AccessKeyId = $"account {Account}" };

    /// <summary>The path of a resource in the vault, with the account's number.</summary>
    /// <param name="path">The path below the vault, beginning with a slash, or empty for the vault itself.</param>
    public string Location(string path) => $"/{Vault.Account}/vaults/{Vault.Name}{path}";
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
