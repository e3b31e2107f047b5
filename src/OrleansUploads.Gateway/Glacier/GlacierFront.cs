using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The front of the vault API.</summary>
internal sealed class GlacierFront(FrontServices services) : IFront
{
    public SigningRules Signing => SigningRules.Glacier;

    public string RequestIdHeader => RequestId.AmazonHeader;

    /// <remarks>Without a signature, a path with another first segment is an object's: a key may begin with <c>vaults/</c>, too.</remarks>
    public bool ClaimsPath(RequestTarget target) =>
        target.Segments is [var account, "vaults" or "policies" or "provisioned-capacity", ..]
        && (account == GlacierRequest.OwnAccount || AccountId.TryParse(account, out _));

    public FrontRequest Recognize(HttpExchange exchange) => new GlacierRequest(services, exchange);

    public FrontError Describe(HttpError error) => GlacierHttpErrors.Describe(error);
}

/// <summary>A request to the vault API: the row of its operation, or null if it is for none, and the names in its path.</summary>
internal sealed class GlacierRequest(FrontServices services, HttpExchange exchange) : FrontRequest
{
    /// <summary>Stands for the signer's own account in a path.</summary>
    public const string OwnAccount = "-";

    private readonly GlacierOperation? _operation = GlacierOperation.Find(exchange.Context.Request.Method, exchange.Target);

    public override string OperationName => _operation?.Action.ToString() ?? HttpExchange.UnknownOperation;

    public override bool IsUpload => _operation is { Transfer: Transfer.Receives };

    private string Owner => exchange.Target.Segments is [var first, ..] ? first : "";

    private string? Vault => _operation is null ? null : GlacierOperation.VaultIn(exchange.Target.Segments);

    public override IEnumerable<KeyAccess> AccessesOf(AccountId signer) =>
        [new(_operation?.AccessOf(exchange.Context.Request.Headers) ?? KeyAccessKind.Change, Vault, IsOwn(Owner, signer))];

    /// <summary>Checks a request whose signature has been verified, in this order: version, account, path, body, vault name, vault,
    /// policies, disk space. The operation checks its parameters after that.</summary>
    public override async ValueTask<FrontAnswer> AnswerAsync(AccountId signer, RequestPayload payload)
    {
        var request = exchange.Context.Request;
        exchange.Context.Response.Headers[GlacierHeaders.Accepts] = PayloadModes.NotSigned;
        RequireVersion(request);
        var owner = RequireOwner(signer);
        var operation = _operation ?? throw GlacierError.UnknownOperation(request.Method, exchange.Target.Path);
        if (ExternalHeaders.FindStray(request.Headers, operation.ExternalHeader) is { } stray)
        {
            throw GlacierError.Invalid($"Invalid header {stray}: {operation.Action} does not have it. Leave it out.");
        }

        await payload.ReadDocumentAsync();
        VaultName name = default;
        if (Vault is { } vault && !VaultName.TryParse(vault, out name))
        {
            throw operation.Action == VaultAction.CreateVault ? GlacierError.InvalidVaultName(vault)
                : owner == signer ? GlacierError.VaultNotFound(VaultArn.Format(services.Options.Region, owner, vault))
                : GlacierError.ForeignAccount(owner.ToString(), signer, operation.Action);
        }

        var call = new GlacierCall
        {
            Services = services,
            Exchange = exchange,
            Headers = request.Headers,
            Account = signer,
            Action = operation.Action,
            Vault = new VaultId(owner, name),
            Id = GlacierOperation.IdIn(exchange.Target.Segments) ?? "",
            Document = payload.Document,
        };
        if (operation.IsOnVault && await PolicyGate.CheckAsync(call) is { } denied)
        {
            return denied.ToAnswer(exchange);
        }

        if (await services.AdmitAsync(exchange, signer, operation.Space, operation.Transfer) is { } throttled)
        {
            return GlacierHttpErrors.Describe(throttled).ToAnswer(exchange);
        }

        using var slot = exchange.Received.Slot;
        return await operation.RunAsync(call);
    }

    private static void RequireVersion(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(GlacierHeaders.Version, out var version))
        {
            throw GlacierError.Missing("API version");
        }

        if (version != GlacierHeaders.ApiVersion)
        {
            throw GlacierError.WrongVersion(version.ToString());
        }
    }

    /// <summary>Determines which account's vaults the path is about. Only a policy can open another account's vaults, and only vaults have
    /// policies. If the path is no operation's, only a well-formed number counts as an account.</summary>
    private AccountId RequireOwner(AccountId signer)
    {
        if (IsOwn(Owner, signer))
        {
            return signer;
        }

        return AccountId.TryParse(Owner, out var other)
            ? _operation is { IsOnVault: true } ? other : throw GlacierError.ForeignAccount(Owner, signer, _operation?.Action)
            : _operation is null ? signer : throw GlacierError.ForeignAccount(Owner, signer, _operation?.Action);
    }

    private static bool IsOwn(string account, AccountId signer) => account == OwnAccount || account == signer.ToString();
}

/// <summary>A request about a vault or an account, as the vault's policies judge it: one to the vault API, or one of a user of the
/// dashboard.</summary>
internal sealed class GlacierCall : FrontCall
{
    public required VaultAction Action { get; init; }

    /// <summary>The vault and the account that owns it. The name is meaningless for an operation on the account.</summary>
    public required VaultId Vault { get; init; }

    /// <summary>The vault's incarnation; set when the policy gate has found the vault.</summary>
    public VaultIncarnation Incarnation { get; set; }

    /// <summary>What the permission to delete an archive is based on, or null for other operations.</summary>
    public DeletionVerdict? DeletionVerdict { get; set; }

    /// <summary>The ID of the archive, upload, job or lock in the path, or empty if the path has none.</summary>
    public string Id { get; init; } = "";

    /// <summary>The body if it is a small document, checked against the signature; else empty.</summary>
    public ReadOnlyMemory<byte> Document { get; init; }

    public ReceivedBody Body => Exchange.Received;

    public bool IsOwner => Vault.Account == Account;

    public string Arn => VaultArn.Format(Region, Vault);

    public InventoryWriter Inventories => new(Services.Paths.Inventories);

    /// <summary>The sender of the request, for the timeline of an upload. The key of another account is not
    /// shown to the owner; the number of the account replaces it.</summary>
    public Sender Sender => IsOwner ? Exchange.Sender : Exchange.Sender with { AccessKeyId = $"account {Account}" };

    public override GlacierError ErrorOf(Refusal refusal) => GlacierRefusals.Describe(refusal, Region, Id);

    public override GlacierError InvalidHeader(string name, string value, string rule) =>
        GlacierError.Invalid($"Invalid {name}: {value}. {rule}");

    /// <summary>The path of a resource in the vault, with the account's number.</summary>
    /// <param name="path">The path below the vault, beginning with a slash, or empty for the vault itself.</param>
    public string Location(string path) => $"{Exchange.Target.Prefix}/{Vault.Account}/vaults/{Vault.Name}{path}";

    public FrontAnswer ArchiveCreated(CompletedArchive archive) => FrontAnswer.Created(
        (GlacierHeaders.Location, Location($"/archives/{archive.Archive}")),
        (GlacierHeaders.ArchiveId, archive.Archive.ToString()),
        (GlacierHeaders.TreeHash, archive.TreeHash.ToString()));
}

internal static class GlacierServices
{
    public static IServiceCollection AddGlacierFront(this IServiceCollection services)
    {
        services.TryAddSingleton<IInventoryMeter, InventoryMeter>();
        return services.AddSingleton<IFront, GlacierFront>();
    }
}
