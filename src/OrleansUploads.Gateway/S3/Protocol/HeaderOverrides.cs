namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>The parameters that replace a header of the response to a read, such as <c>response-content-type</c>.</summary>
internal static class HeaderOverrides
{
    private const string Prefix = "response-";

    /// <summary>Reads the parameters: the headers by name. An empty one is ignored.</summary>
    public static IReadOnlyDictionary<string, string> Read(S3Call call)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in ContentHeaders.Names)
        {
            if (call.Query.FirstValue(Prefix + name) is not { Length: > 0 } value)
            {
                continue;
            }

            headers.Add(name, ContentHeaders.CanBe(value) ? value : throw S3Error.InvalidArgument(
                Prefix + name,
                value,
                "Header value cannot be represented using ISO-8859-1. For a file name with other characters, use filename*=UTF-8''name "
                + "with the name encoded as in a URL.").AsException());
        }

        return headers;
    }
}
