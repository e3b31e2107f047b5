using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>A server with the dashboard, and keys of every role.</summary>
public abstract class DashboardServer : S3Server
{
    public static readonly Credential Admin = new(Signer.KeyId, Signer.Secret, GatewaySetup.Account);

    public static readonly Credential Reader =
        new("AKIAREADER7EXAMPLE00", "reader/secret", GatewaySetup.Account, new KeyScope(KeyRole.Read, null));

    public static readonly Credential Uploader =
        new("AKIAUPLOADER7EXAMPLE", "uploader/secret", GatewaySetup.Account, new KeyScope(KeyRole.Upload, ["mine", "my-bucket"]));

    public static readonly Credential StrangersKey =
        new(Signer.Stranger.AccessKeyId, Signer.Stranger.SecretKey, GatewaySetup.StrangersAccount);

    /// <summary>The keys that the server accepts. Tests change them.</summary>
    protected List<Credential> Keys { get; } = [Admin, Reader, Uploader, StrangersKey];

    protected string Origin => $"http://{Server.EndPoint}";

    /// <summary>Sends a request as a browser does, with or without the cookie of a session.</summary>
    protected Task<ApiAnswer> BrowseAsync(string method, string path, string? cookie = null, string? origin = null, string body = "")
    {
        var headers = new List<(string, string)>();
        if (cookie is not null)
        {
            headers.Add(("Cookie", cookie));
        }

        if (method != "GET")
        {
            headers.Add(("Origin", origin ?? Origin));
        }

        return Server.SendAsync(new ApiRequest(method, path).WithBody(Encoding.UTF8.GetBytes(body)), headers);
    }

    protected Task<ApiAnswer> ReadAsync(string path, string? cookie = null) => BrowseAsync("GET", $"/dashboard/api/{path}", cookie);

    /// <summary>Tries to sign in with a secret.</summary>
    protected async Task<ApiAnswer> TrySignInAsync(string accessKeyId, string secret, string? challenge = null, string? origin = null)
    {
        challenge ??= (await ReadAsync("challenge")).Expect(200).Json.GetProperty("challenge").GetString()!;
        var body = JsonSerializer.Serialize(
            new { accessKeyId, challenge, proof = SignInChallenge.Prove(secret, challenge) });
        return await BrowseAsync("POST", "/dashboard/api/session", origin: origin, body: body);
    }

    /// <summary>Signs in and returns the cookie.</summary>
    protected async Task<string> SignInAsync(Credential credential)
    {
        var answer = (await TrySignInAsync(credential.AccessKeyId, credential.Secret)).Expect(204);
        return answer.Header("Set-Cookie")!.Split(';')[0];
    }

    /// <summary>Creates a vault.</summary>
    protected async Task CreateVaultAsync(string vault) => (await SendAsync(Requests.CreateVault(vault))).Expect(201);

    /// <summary>Initiates an upload of parts of 1 MiB to a vault and returns its ID.</summary>
    protected async Task<string> NewVaultUploadAsync(string vault, string? description = null) =>
        (await SendAsync(Requests.Initiate(vault).With("x-amz-archive-description", description)))
        .Expect(201).Header("x-amz-multipart-upload-id")!;

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddSingleton<ICredentialStore>(new ChangingCredentials(Keys));
        services.AddSingleton(new LiveStreams(TimeSpan.FromMilliseconds(5), CancellationToken.None));
        services.AddUploadsDashboard();
    }

    private sealed class ChangingCredentials(List<Credential> keys) : ICredentialStore
    {
        public ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken) =>
            new(keys.SingleOrDefault(key => key.AccessKeyId == accessKeyId));
    }
}

/// <summary>A dashboard into which an administrator has signed, with a vault and a bucket.</summary>
public abstract class SignedInServer : DashboardServer
{
    /// <summary>The cookie of the administrator.</summary>
    protected string Session { get; set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Session = await SignInAsync(Admin);
        await CreateVaultAsync("mine");
        (await SendAsync("PUT", "/my-bucket")).Expect(200);
    }

    protected async Task<JsonElement> ShowAsync(string path) => (await ReadAsync(path, Session)).Expect(200).Json;
}
