namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>Marks responses whose bytes and type clients have chosen.</summary>
internal static class StoredBytes
{
    /// <summary>Makes a browser treat the bytes as those of a stranger: it runs no script in them, gives them no access to this origin, and
    /// does not guess a type. The dashboard has the same origin, unless it has an address of its own.</summary>
    public static void Isolate(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = "sandbox";
        response.Headers.XContentTypeOptions = "nosniff";
    }
}
