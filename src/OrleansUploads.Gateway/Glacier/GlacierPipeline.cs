using Microsoft.AspNetCore.Http.Features;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Gateway.Glacier.Answers;
using OrleansUploads.Gateway.Glacier.Authentication;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Glacier.Policies;
using OrleansUploads.Gateway.Glacier.Requests;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The checks that every request goes through, in this order: headers, signature, version, account, path, vault,
/// policies, parameters. Of bytes to keep nothing is read before all of them have passed.</summary>
internal sealed class GlacierPipeline(
    Authenticator authenticator, PolicyGate gate, GlacierOperations operations, GatewayOptions options)
{
    private const string OwnAccount = "-";

    /// <summary>Serves one request.</summary>
    /// <returns>What to write; an error where a check failed.</returns>
    public async ValueTask<GlacierAnswer> AnswerAsync(GlacierExchange exchange)
    {
        var request = exchange.Context.Request;
        var aborted = exchange.Context.RequestAborted;
        var rawTarget = exchange.Context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var target = RequestTarget.Parse(rawTarget);
        var route = GlacierRoute.Find(request.Method, target);
        var takesBytes = route is { TakesBytes: true };
        exchange.Operation = route?.Operation;
        LimitBody(exchange.Context, takesBytes);
        if (CountBytes(request.Headers) is var headerBytes && headerBytes > options.MaxHeaderBytes)
        {
            return RequestErrors.HeadersTooLong(headerBytes, options.MaxHeaderBytes);
        }

        var payload = new RequestPayload(request, exchange.Received, takesBytes, options.MaxSmallBodyBytes);
        var (account, unknown) = await authenticator.AuthenticateAsync(request, rawTarget, payload, aborted);
        if (unknown is not null)
        {
            return unknown;
        }

        exchange.Account = account;
        if (RefusalOfVersion(request) is { } wrongVersion)
        {
            return wrongVersion;
        }

        if (RefusalOfOwner(target, route, account, out var owner) is { } foreign)
        {
            return foreign;
        }

        if (route is null)
        {
            return RequestErrors.UnknownOperation(request.Method, target.Path);
        }

        if (await payload.ReadDocumentAsync(aborted) is { } notAsSigned)
        {
            return notAsSigned;
        }

        VaultName name = default;
        if (route.Vault is not null && !VaultName.TryParse(route.Vault, out name))
        {
            return route.Operation == GlacierOperation.CreateVault ? RequestErrors.VaultName(route.Vault)
                : owner == account ? GlacierError.VaultNotFound(VaultArn.Format(options.Region, owner, route.Vault))
                : RequestErrors.ForeignAccount(owner.ToString());
        }

        var call = new GlacierCall
        {
            Request = request,
            Route = route,
            Query = target.Query,
            Account = account,
            Region = options.Region,
            Vault = new VaultId(owner, name),
            Document = payload.Document,
            Bytes = exchange.Received,
        };
        return await gate.RefuseAsync(call) is { } refused ? refused : await operations.CarryOutAsync(call);
    }

    private static GlacierError? RefusalOfVersion(HttpRequest request) =>
        !request.Headers.TryGetValue(HeaderName.Version, out var version) ? GlacierError.Missing("API version")
        : version != GlacierFront.ApiVersion ? RequestErrors.WrongVersion(version.ToString())
        : null;

    /// <summary>Finds whose vaults a path is about. Those of another account are open only where a policy says so, and only
    /// vaults have policies. On a path that is no operation's, only a well-formed number counts as an account.</summary>
    private static GlacierError? RefusalOfOwner(
        RequestTarget target, GlacierRoute? route, AccountId signer, out AccountId owner)
    {
        owner = signer;
        var named = target.Segments is [var first, ..] ? first : "";
        if (named == OwnAccount || named == signer.ToString())
        {
            return null;
        }

        if (!AccountId.TryParse(named, out var other))
        {
            return route is null ? null : RequestErrors.ForeignAccount(named);
        }

        owner = other;
        return route is not null && PolicyGate.Guards(route) ? null : RequestErrors.ForeignAccount(named);
    }

    /// <summary>Kestrel's limit is for documents, and only the second line: it counts the framing of chunks too. Uploads
    /// know their length, and the protocol limits it; Kestrel's limit is lifted even for one that will be refused, so that
    /// what is on its way can be drained and the answer be read.</summary>
    private void LimitBody(HttpContext context, bool takesBytes)
    {
        var limitBytes = 2L * options.MaxSmallBodyBytes;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = takesBytes ? null : limitBytes;
        }

        // Kestrel will not drain it, and would hang up on the client's next request without a word.
        if (!takesBytes && context.Request.ContentLength > limitBytes)
        {
            context.Response.Headers.Connection = "close";
        }
    }

    private static int CountBytes(IHeaderDictionary headers)
    {
        const int Separators = 4;
        var bytes = 0;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                bytes += name.Length + (value?.Length ?? 0) + Separators;
            }
        }

        return bytes;
    }
}
