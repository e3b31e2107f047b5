using Amazon.Runtime.CredentialManagement;

namespace OrleansUploads.Cli.Remote;

/// <summary>What the environment and the files under <c>~/.aws</c> say about a server, as the AWS CLI reads them. Null is what nothing
/// names.</summary>
/// <param name="Endpoint">The address of the server.</param>
/// <param name="Region">The region that requests are signed for.</param>
/// <param name="Key">The access key.</param>
/// <param name="Authorities">The file with the certificates of authorities that issue certificates of servers.</param>
internal sealed record AwsSettings(string? Endpoint, string? Region, AwsKey? Key, string? Authorities)
{
    private const string DefaultProfile = "default";

    /// <summary>Reads the settings. If the user names a profile, its key pair goes before the environment's.</summary>
    /// <param name="cancellationToken">Cancelled if the user interrupts the command. The program or service of a profile may
    /// take long.</param>
    /// <exception cref="CredentialsMissingException">Only half of a key pair is set, or the profile does not exist or has no
    /// usable credentials.</exception>
    public static async Task<AwsSettings> ReadAsync(string? profile, CancellationToken cancellationToken)
    {
        var fromEnvironment = profile is null ? KeyFromEnvironment() : null;
        var named = profile ?? Variable("AWS_PROFILE");
        var files = new CredentialProfileStoreChain();
        var found = FindProfile(named ?? DefaultProfile, files);
        if (found is null && named is not null && fromEnvironment is null)
        {
            throw new CredentialsMissingException($"There is no profile '{named}' in ~/.aws/config or ~/.aws/credentials.");
        }

        return new AwsSettings(
            Variable("AWS_ENDPOINT_URL_GLACIER") ?? Variable("AWS_ENDPOINT_URL") ?? found?.EndpointUrl,
            Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION") ?? found?.Region?.SystemName,
            fromEnvironment ?? await KeyOfAsync(found, files, cancellationToken),
            Variable("AWS_CA_BUNDLE") ?? FindSetting(named ?? DefaultProfile, "ca_bundle"));
    }

    /// <summary>A setting of a profile that the library does not know.</summary>
    private static string? FindSetting(string profile, string name)
    {
        var path = Variable("AWS_CONFIG_FILE")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws", "config");
        var section = profile == DefaultProfile ? "[default]" : $"[profile {profile}]";
        return !File.Exists(path) ? null : File.ReadLines(path)
            .Select(static line => line.Trim())
            .SkipWhile(line => line != section)
            .Skip(1)
            .TakeWhile(static line => !line.StartsWith('['))
            .Select(static line => line.Split('=', 2))
            .FirstOrDefault(pair => pair.Length == 2 && pair[0].Trim() == name)?[1].Trim();
    }

    private static AwsKey? KeyFromEnvironment() =>
        (Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY")) switch
        {
            ({ } id, { } secret) => new AwsKey(id, secret, Variable("AWS_SESSION_TOKEN")),
            ({ }, null) => throw new CredentialsMissingException("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is empty. Set both."),
            (null, { }) => throw new CredentialsMissingException("AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is empty. Set both."),
            _ => null,
        };

    private static CredentialProfile? FindProfile(string name, CredentialProfileStoreChain files)
    {
        try
        {
            return files.TryGetProfile(name, out var found) ? found : null;
        }
        catch (Amazon.Runtime.AmazonClientException fault)
        {
            throw new CredentialsMissingException(
                $"The profile '{name}' in ~/.aws/config or ~/.aws/credentials cannot be read: {fault.Message}", fault);
        }
    }

    private static async Task<AwsKey?> KeyOfAsync(
        CredentialProfile? profile, CredentialProfileStoreChain files, CancellationToken cancellationToken)
    {
        if (profile is not { CanCreateAWSCredentials: true } || !files.TryGetAWSCredentials(profile.Name, out var credentials))
        {
            return null;
        }

        try
        {
            var key = await Task.Run(credentials.GetCredentialsAsync, cancellationToken).WaitAsync(cancellationToken);
            return new AwsKey(key.AccessKey, key.SecretKey, key.UseToken ? key.Token : null);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            // Each source of credentials fails in its own way: a program, a file, a service.
            throw new CredentialsMissingException($"The profile '{profile.Name}' gives no credentials: {fault.Message}", fault);
        }
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>An access key with its secret, and the token that temporary ones have.</summary>
/// <remarks>Not a record, so that the secret never gets into a text by accident.</remarks>
internal sealed class AwsKey(string accessKeyId, string secret, string? token)
{
    public string AccessKeyId { get; } = accessKeyId;

    public string Secret { get; } = secret;

    public string? Token { get; } = token;
}

/// <summary>Neither the command line nor the environment nor a profile has a whole key pair.</summary>
internal sealed class CredentialsMissingException(string message, Exception? inner = null) : Exception(message, inner);
