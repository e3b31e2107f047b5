using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansUploads.Signing;

/// <summary>The parameters of a presigned URL: a signature in the query, with the time at which it expires.</summary>
/// <remarks>Source: S3 API reference, "Authenticating Requests: Using Query Parameters".</remarks>
public sealed class PresignedUrl
{
    /// <summary>The parameter with the signature.</summary>
    public const string SignatureParameter = "X-Amz-Signature";

    private const string AlgorithmParameter = "X-Amz-Algorithm";
    private const string CredentialParameter = "X-Amz-Credential";
    private const string DateParameter = "X-Amz-Date";
    private const string LifetimeParameter = "X-Amz-Expires";
    private const string SignedHeadersParameter = "X-Amz-SignedHeaders";

    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(7);

    private static readonly string[] Names =
        [AlgorithmParameter, CredentialParameter, DateParameter, LifetimeParameter, SignedHeadersParameter, SignatureParameter];

    private PresignedUrl(AuthorizationHeader authorization, string timestamp, DateTimeOffset signedAt, TimeSpan lifetime)
    {
        Authorization = authorization;
        Timestamp = timestamp;
        SignedAt = signedAt;
        Lifetime = lifetime;
    }

    /// <summary>Access key, scope, signed headers and signature.</summary>
    public AuthorizationHeader Authorization { get; }

    /// <summary>The time of the signature, as sent.</summary>
    public string Timestamp { get; }

    /// <summary>The time of the signature.</summary>
    public DateTimeOffset SignedAt { get; }

    /// <summary>How long the URL is valid after <see cref="SignedAt"/>: one second to seven days.</summary>
    public TimeSpan Lifetime { get; }

    /// <summary>Whether a parameter belongs to the signature of a presigned URL. Like the names of headers, these parameters' names
    /// are compared without case.</summary>
    public static bool HasParameter(string name) => Names.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Parses the query of a raw target.</summary>
    /// <param name="rawTarget">Path and query as on the wire.</param>
    /// <param name="url">The parameters, or null if the method returns false.</param>
    /// <param name="error">The error; <see cref="AuthorizationError.Absent"/> if the URL is not presigned at all.</param>
    public static bool TryParse(string rawTarget, [NotNullWhen(true)] out PresignedUrl? url, out AuthorizationError error)
    {
        ArgumentNullException.ThrowIfNull(rawTarget);
        url = null;
        var values = new string?[Names.Length];
        error = ReadParameters(rawTarget, values);
        if (error != AuthorizationError.None)
        {
            return false;
        }

        if (values[0] != AuthorizationHeader.Algorithm)
        {
            error = AuthorizationError.UnsupportedAlgorithm;
            return false;
        }

        if (!AmzTimestamp.TryParse(values[2], out var signedAt))
        {
            error = AuthorizationError.PresignedDateMalformed;
            return false;
        }

        if (!int.TryParse(values[3], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds < 1 || seconds > MaxLifetime.TotalSeconds)
        {
            error = AuthorizationError.PresignedLifetimeInvalid;
            return false;
        }

        error = AuthorizationHeader.Build(values[1], values[4], values[5], out var authorization);
        url = authorization is null ? null : new PresignedUrl(authorization, values[2]!, signedAt, TimeSpan.FromSeconds(seconds));
        return url is not null;
    }

    private static AuthorizationError ReadParameters(string rawTarget, string?[] values)
    {
        var query = rawTarget.AsSpan();
        query = query[(query.IndexOf('?') is var mark and >= 0 ? mark + 1 : query.Length)..];
        foreach (var range in query.Split('&'))
        {
            var parameter = query[range];
            var equals = parameter.IndexOf('=');
            var name = equals < 0 ? parameter : parameter[..equals];
            for (var i = 0; i < Names.Length; i++)
            {
                if (!name.Equals(Names[i], StringComparison.OrdinalIgnoreCase))
                {
                    continue;
                }

                if (values[i] is not null)
                {
                    return AuthorizationError.MalformedParameter;
                }

                values[i] = equals < 0 ? "" : QueryText.Decode(parameter[(equals + 1)..].ToString());
            }
        }

        // A URL with a signature or an algorithm is meant to be presigned; the others may be an operation's own parameters.
        return values[0] is not null || values[5] is not null ? AuthorizationError.None : AuthorizationError.Absent;
    }
}
