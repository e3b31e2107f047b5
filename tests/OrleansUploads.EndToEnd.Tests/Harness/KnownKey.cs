namespace OrleansUploads.EndToEnd.Tests.Harness;

internal static class KnownKey
{
    /// <summary>Whether the server knows the client's key, even if the key may not list vaults.</summary>
    public static async Task<bool> IsKnownAsync(this GlacierClient client)
    {
        try
        {
            await client.ListVaultsAsync().ToListAsync();
            return true;
        }
        catch (GlacierException failure)
        {
            return failure.Code != GlacierErrorCodes.UnrecognizedClient;
        }
    }
}
