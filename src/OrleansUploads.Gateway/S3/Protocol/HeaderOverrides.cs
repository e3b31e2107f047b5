using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The parameters that replace a header of the response to a read, such as <c>response-content-type</c>.</summary>
internal static class HeaderOverrides
{
    private const string Prefix = "response-";

    /// <summary>Reads the parameters. An empty one is ignored.</summary>
    /// <param name="call">The request.</param>
    /// <param name="headers">The headers by name, or null if the method returns false.</param>
    /// <param name="error">The error, if the method returns false.</param>
    public static bool TryRead(
        S3Call call,
        [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? headers,
        [NotNullWhen(false)] out S3Error? error)
    {
        headers = null;
        error = null;
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in ContentHeaders.Names)
        {
            if (call.Query.FirstValue(Prefix + name) is not { Length: > 0 } value)
            {
                continue;
            }

            if (!ContentHeaders.CanBe(value))
            {
                error = S3Error.InvalidArgument(
                    Prefix + name,
                    value,
                    "Header value cannot be represented using ISO-8859-1. For a file name with other characters, use filename*=UTF-8''name "
                    + "with the name encoded as in a URL.");
                return false;
            }

            read.Add(name, value);
        }

        headers = read;
        return true;
    }
}
