namespace OrleansUploads.Gateway.Credentials;

/// <summary>Knows who may sign requests. Asked on every request and by many at once, so answers must be quick.</summary>
public interface ICredentialStore
{
    /// <summary>The credential of an access key; null where there is none.</summary>
    ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken);
}
