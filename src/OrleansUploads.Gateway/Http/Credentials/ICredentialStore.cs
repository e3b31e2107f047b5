namespace OrleansUploads.Gateway.Http.Credentials;

/// <summary>The known access keys. It is called for every request and concurrently, so it must be fast and thread-safe.</summary>
public interface ICredentialStore
{
    /// <summary>The credential of an access key, or null.</summary>
    ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken);
}
