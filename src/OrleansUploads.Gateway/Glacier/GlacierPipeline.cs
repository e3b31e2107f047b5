using Microsoft.AspNetCore.Http.Features;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Answers;
using OrleansUploads.Gateway.Glacier.Authentication;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Glacier.Requests;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The checks that every request goes through, in this order: headers, signature, version, account, path, vault,
/// parameters. Of bytes to keep nothing is read before all of them have passed.</summary>
internal sealed class GlacierPipeline(
    Authenticator authenticator, GlacierOperations operations, IEntityHost host, GatewayOptions options)
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

        if (RefusalOfAccount(target, account, route is not null) is { } foreign)
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

        if (!GlacierOperations.IsSupported(route.Operation))
        {
            return RequestErrors.NotSupported(route.Operation);
        }

        VaultName name = default;
        if (route.Vault is not null && !VaultName.TryParse(route.Vault, out name))
        {
            return route.Operation == GlacierOperation.CreateVault
                ? RequestErrors.VaultName(route.Vault)
                : GlacierError.VaultNotFound(VaultArn.Format(options.Region, account, route.Vault));
        }

        var call = new GlacierCall
        {
            Request = request,
            Route = route,
            Query = target.Query,
            Account = account,
            Region = options.Region,
            Vault = new VaultId(account, name),
            Document = payload.Document,
            Bytes = exchange.Received,
        };
        return await PreferMissingVaultAsync(call, await operations.CarryOutAsync(call));
    }

    /// <summary>Where a vault does not exist, that is what is wrong, before anything else in the request. It is asked only
    /// once something is wrong, so that a good request need not ask.</summary>
    private async ValueTask<GlacierAnswer> PreferMissingVaultAsync(GlacierCall call, GlacierAnswer answer)
    {
        if (answer.Error is not { Status: StatusCodes.Status400BadRequest or StatusCodes.Status404NotFound }
            || call.Route is { Vault: null } or { Operation: GlacierOperation.CreateVault })
        {
            return answer;
        }

        var vault = await host.AskAsync(call.Vault.Entity, new DescribeVault(call.Vault), call.Aborted);
        return vault.Refusal is { } refusal ? call.Refuse(refusal) : answer;
    }

    private static GlacierError? RefusalOfVersion(HttpRequest request) =>
        !request.Headers.TryGetValue(HeaderName.Version, out var version) ? GlacierError.Missing("API version")
        : version != GlacierFront.ApiVersion ? RequestErrors.WrongVersion(version.ToString())
        : null;

    /// <summary>On a path that is no operation's, only a well-formed number counts as an account.</summary>
    private static GlacierError? RefusalOfAccount(RequestTarget target, AccountId signer, bool isOperation)
    {
        var named = target.Segments is [var first, ..] ? first : "";
        return named == OwnAccount || named == signer.ToString() ? null
            : isOperation || AccountId.TryParse(named, out _) ? RequestErrors.ForeignAccount(named)
            : null;
    }

    /// <summary>Kestrel's limit is for documents, and only the second line: it counts the framing of chunks too. Uploads
    /// know their length, and the protocol limits it; Kestrel's limit is lifted even for one that will be refused, so that
    /// what is on its way can be drained and the answer be read.</summary>
    private void LimitBody(HttpContext context, bool takesBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = takesBytes ? null : 2L * options.MaxSmallBodyBytes;
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
