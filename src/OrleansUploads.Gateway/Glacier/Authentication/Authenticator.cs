using System.Collections.Concurrent;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Gateway.Credentials;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Glacier.Requests;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier.Authentication;

/// <summary>Finds out who sent a request, by its signature.</summary>
internal sealed class Authenticator(GatewayOptions options, ICredentialStore credentials, TimeProvider time)
{
    private const int MaxOtherRegions = 32;

    private readonly SignatureVerifier _verifier = new(SigningRules.Glacier, options.Region, options.ClockTolerance);
    private readonly ConcurrentDictionary<string, SignatureVerifier> _otherRegions = new(StringComparer.Ordinal);

    /// <summary>Verifies the signature: the header, then the key, the clock, the signature. The first failure wins.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rawTarget">Path and query as on the wire.</param>
    /// <param name="payload">The body; read only where its hash is not declared.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    public async ValueTask<Authentication> AuthenticateAsync(
        HttpRequest request, string rawTarget, RequestPayload payload, CancellationToken cancellationToken)
    {
        if (options.AnonymousAccount is { } everybody)
        {
            return new Authentication(everybody, null);
        }

        if (!AuthorizationHeader.TryParse(request.Headers.Authorization, out var authorization, out var flaw))
        {
            return Refuse(SignatureErrors.Describe(SignatureVerdict.For(flaw), options.Region));
        }

        if (await credentials.FindAsync(authorization.AccessKeyId, cancellationToken) is not { } credential)
        {
            return Refuse(SignatureErrors.UnknownKey(authorization.AccessKeyId));
        }

        if (await payload.PrepareAsync(cancellationToken) is { } error)
        {
            return Refuse(error);
        }

        var signed = new SigningRequest(
            request.Method,
            rawTarget,
            name => request.Headers.TryGetValue(name, out var values) ? values.ToString() : null,
            payload.Hash);
        var verdict = Verify(signed, authorization, credential.Secret);
        return verdict.IsVerified
            ? new Authentication(credential.Account, null)
            : Refuse(SignatureErrors.Describe(verdict, options.Region));
    }

    private static Authentication Refuse(GlacierError error) => new(default, error);

    /// <summary>Another region has another key, so it has a verifier of its own. Only whoever holds a secret gets one
    /// kept.</summary>
    private SignatureVerdict Verify(in SigningRequest request, AuthorizationHeader authorization, string secret)
    {
        var now = time.GetUtcNow();
        var region = authorization.Scope.Region;
        if (region == options.Region || !options.AcceptsOtherRegions)
        {
            return _verifier.Verify(request, authorization, secret, now);
        }

        var isKept = _otherRegions.TryGetValue(region, out var verifier);
        verifier ??= new SignatureVerifier(SigningRules.Glacier, region, options.ClockTolerance);
        var verdict = verifier.Verify(request, authorization, secret, now);
        if (!isKept && verdict.IsVerified && _otherRegions.Count < MaxOtherRegions)
        {
            _otherRegions.TryAdd(region, verifier);
        }

        return verdict;
    }
}

/// <summary>Who sent a request.</summary>
/// <param name="Account">The account that the signer acts for; meaningless where there is an error.</param>
/// <param name="Error">Why nobody knows; null where it is known.</param>
internal readonly record struct Authentication(AccountId Account, GlacierError? Error);
