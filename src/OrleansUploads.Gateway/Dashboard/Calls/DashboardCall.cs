using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Dashboard.Protocol;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.Dashboard.Calls;

/// <summary>A request of a signed-in user, or a signed one. It becomes a call of the protocol that its vault or bucket belongs to, so that the same
/// policies and the same errors apply.</summary>
internal sealed class DashboardCall
{
    /// <summary>The HTTP request and its response.</summary>
    public required HttpExchange Exchange { get; init; }

    /// <summary>The operation and the names in the path.</summary>
    public required DashboardRoute Route { get; init; }

    /// <summary>The account of the session.</summary>
    public required AccountId Account { get; init; }

    /// <summary>What the session's key is for.</summary>
    public required KeyScope Scope { get; init; }

    /// <summary>The access key that signed in, or null if the server verifies no signatures.</summary>
    public required string? AccessKeyId { get; init; }

    /// <summary>The server's region.</summary>
    public required string Region { get; init; }

    /// <summary>The request's body.</summary>
    public required RequestPayload Payload { get; init; }

    /// <summary>The query's parameters.</summary>
    public QueryParameters Query => Exchange.Target.Query;

    /// <summary>Canceled when the client disconnects.</summary>
    public CancellationToken Aborted => Exchange.Aborted;

    /// <summary>The part's number in the path, or 0 if it is not one.</summary>
    public int PartNumber =>
        int.TryParse(Route.Part, System.Globalization.NumberStyles.None, null, out var number) && number <= Limits.MaxParts ? number : 0;

    /// <summary>The call of the vault API that needs the same permission.</summary>
    /// <param name="action">What the call does.</param>
    /// <param name="vault">The vault.</param>
    public GlacierCall ToGlacier(VaultAction action, VaultName vault) => new()
    {
        Exchange = Exchange,
        Action = action,
        Id = Route.Id ?? "",
        Account = Account,
        Region = Region,
        Vault = new VaultId(Account, vault),
        Document = default,
    };

    /// <summary>The call of S3 that needs the same permission.</summary>
    public S3Call ToS3() => new()
    {
        Exchange = Exchange,
        Headers = Exchange.Context.Request.Headers,
        Address = new S3Address(Route.Container, Query.FirstValue("key")),
        Account = Account,
        Region = Region,
        Payload = Payload,
        UploadText = Route.Id ?? "",
    };
}
