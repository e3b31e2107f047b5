namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>The vault API.</summary>
internal static class GlacierApi
{
    /// <summary>The only version of the API.</summary>
    public const string Version = "2012-06-01";
}
