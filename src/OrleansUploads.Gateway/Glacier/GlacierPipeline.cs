using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Glacier.Vaults;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The checks of a request to the vault API whose signature has been verified, in this order: version, account, path, body,
/// vault name, vault, policies, disk space. The operation checks its parameters after that.</summary>
internal sealed class GlacierPipeline(
    PolicyGate gate, GlacierOperations operations, GatewayOptions options, IStorageSpace? space = null)
{
    /// <summary>Checks a request and executes its operation.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="route">Its operation, or null if its method and path are no operation's.</param>
    /// <param name="signer">The account that the signer acts for.</param>
    /// <param name="payload">The request's body.</param>
    /// <returns>The operation's answer, or an error if a check failed.</returns>
    public async ValueTask<GlacierAnswer> AnswerAsync(
        HttpExchange exchange, GlacierRoute? route, AccountId signer, RequestPayload payload)
    {
        var request = exchange.Context.Request;
        if (CheckVersion(request) is { } wrongVersion)
        {
            return wrongVersion;
        }

        if (CheckOwner(exchange.Target, route, signer, out var owner) is { } foreign)
        {
            return foreign;
        }

        if (route is null)
        {
            return RequestErrors.UnknownOperation(request.Method, exchange.Target.Path);
        }

        if (await payload.ReadDocumentAsync(signer, exchange.Aborted) is { } unreadable)
        {
            return GlacierHttpErrors.Describe(unreadable);
        }

        VaultName name = default;
        if (route.Vault is not null && !VaultName.TryParse(route.Vault, out name))
        {
            return route.Action == VaultAction.CreateVault ? RequestErrors.InvalidVaultName(route.Vault)
                : owner == signer ? GlacierError.VaultNotFound(VaultArn.Format(options.Region, owner, route.Vault))
                : RequestErrors.ForeignAccount(owner.ToString());
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
            return denied;
        }

        space?.RequireFor(route.Operation.Space);
        try
        {
            return await route.Operation.Run(operations, call);
        }
        catch (FrontErrorException refused)
        {
            return (GlacierError)refused.Error;
        }
    }

    private static GlacierError? CheckVersion(HttpRequest request) =>
        !request.Headers.TryGetValue(GlacierHeaders.Version, out var version) ? GlacierError.Missing("API version")
        : version != GlacierApi.Version ? RequestErrors.WrongVersion(version.ToString())
        : null;

    /// <summary>Determines which account's vaults a path is about. Only a policy can open another account's vaults, and only vaults have
    /// policies. If the path is no operation's, only a well-formed number counts as an account.</summary>
    private static GlacierError? CheckOwner(
        RequestTarget target, GlacierRoute? route, AccountId signer, out AccountId owner)
    {
        owner = signer;
        var named = target.Segments is [var first, ..] ? first : "";
        if (named == GlacierAccess.OwnAccount || named == signer.ToString())
        {
            return null;
        }

        if (!AccountId.TryParse(named, out var other))
        {
            return route is null ? null : RequestErrors.ForeignAccount(named);
        }

        owner = other;
        return route is { IsOnVault: true } ? null : RequestErrors.ForeignAccount(named);
    }
}
