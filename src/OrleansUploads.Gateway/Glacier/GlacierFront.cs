using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Glacier.Vaults;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The front of the vault API.</summary>
internal sealed class GlacierFront(
    PolicyGate gate, IServiceProvider services, TransferLimiters transfers, GatewayOptions options, IStorageSpace? space = null) : IFront
{
    /// <summary>Stands for the signer's own account in a path.</summary>
    private const string OwnAccount = "-";

    private readonly IServiceProvider _services = Handler<GlacierCall>.Require(
        services, GlacierOperation.All.Select(static operation => operation.Handler));

    /// <inheritdoc/>
    public SigningRules Signing => SigningRules.Glacier;

    /// <inheritdoc/>
    public string RequestIdHeader => RequestId.AmazonHeader;

    /// <inheritdoc/>
    public bool ClaimsPath(RequestTarget target) =>
        target.Segments is [_, "vaults" or "policies" or "provisioned-capacity", ..];

    /// <inheritdoc/>
    public FrontRequest Recognize(HttpExchange exchange) =>
        new GlacierRequest(this, exchange, GlacierRoute.Parse(exchange.Context.Request.Method, exchange.Target));

    /// <inheritdoc/>
    public FrontAnswer DescribeError(HttpError error) => new ErrorAnswer(GlacierHttpErrors.Describe(error));

    /// <summary>Checks a request whose signature has been verified, in this order: version, account, path, body, vault name, vault,
    /// policies, disk space. The operation checks its parameters after that.</summary>
    private async ValueTask<FrontAnswer> AnswerAsync(HttpExchange exchange, GlacierRoute? named, AccountId signer, RequestPayload payload)
    {
        try
        {
            var request = exchange.Context.Request;
            RequireVersion(request);
            var owner = RequireOwner(exchange.Target, named, signer);
            var route = named ?? throw RequestErrors.UnknownOperation(request.Method, exchange.Target.Path).AsException();
            if (await payload.ReadDocumentAsync(signer, exchange.Aborted) is { } unreadable)
            {
                return DescribeError(unreadable);
            }

            VaultName name = default;
            if (route.Vault is not null && !VaultName.TryParse(route.Vault, out name))
            {
                throw (route.Action == VaultAction.CreateVault ? RequestErrors.InvalidVaultName(route.Vault)
                    : owner == signer ? GlacierError.VaultNotFound(VaultArn.Format(options.Region, owner, route.Vault))
                    : RequestErrors.ForeignAccount(owner.ToString())).AsException();
            }

            var call = new GlacierCall
            {
                Exchange = exchange,
                Action = route.Action,
                Id = route.Id ?? "",
                Account = signer,
                Region = options.Region,
                Vault = new VaultId(owner, name),
                Document = payload.Document,
            };
            if (route.IsOnVault && await gate.CheckAsync(call) is { } denied)
            {
                throw denied.AsException();
            }

            space?.RequireFor(route.Operation.Space);
            var (admitted, throttled) = await transfers.AcquireAsync(exchange, signer, route.Operation.Transfer);
            using var slot = admitted;
            return throttled is not null ? DescribeError(throttled) : await route.Operation.Handler.RunAsync(_services, call);
        }
        catch (FrontErrorException refused)
        {
            return new ErrorAnswer((GlacierError)refused.Error);
        }
    }

    private static void RequireVersion(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(GlacierHeaders.Version, out var version))
        {
            throw GlacierError.Missing("API version").AsException();
        }

        if (version != GlacierApi.Version)
        {
            throw RequestErrors.WrongVersion(version.ToString()).AsException();
        }
    }

    /// <summary>Determines which account's vaults a path is about. Only a policy can open another account's vaults, and only vaults have
    /// policies. If the path is no operation's, only a well-formed number counts as an account.</summary>
    private static AccountId RequireOwner(RequestTarget target, GlacierRoute? route, AccountId signer)
    {
        var named = target.Segments is [var first, ..] ? first : "";
        if (IsOwn(named, signer))
        {
            return signer;
        }

        return AccountId.TryParse(named, out var other)
            ? route is { IsOnVault: true } ? other : throw RequestErrors.ForeignAccount(named).AsException()
            : route is null ? signer : throw RequestErrors.ForeignAccount(named).AsException();
    }

    private static bool IsOwn(string account, AccountId signer) => account == OwnAccount || account == signer.ToString();

    private sealed class GlacierRequest(GlacierFront front, HttpExchange exchange, GlacierRoute? route) : FrontRequest
    {
        /// <summary>One of 33 names, or "Unknown".</summary>
        public override string OperationName => route?.Action.ToString() ?? HttpExchange.UnknownOperation;

        public override bool IsUpload => route is { Operation.Transfer: Transfer.Receives };

        public override IEnumerable<KeyAccess> AccessesOf(AccountId account) =>
        [
            new(
                route?.Operation.Access ?? KeyAccessKind.Change,
                route?.Vault,
                exchange.Target.Segments is [var owner, ..] && IsOwn(owner, account)),
        ];

        public override ValueTask<FrontAnswer> AnswerAsync(AccountId account, RequestPayload payload)
        {
            exchange.Context.Response.Headers[GlacierHeaders.Accepts] = PayloadModes.NotSigned;
            return front.AnswerAsync(exchange, route, account, payload);
        }
    }
}
