using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.S3;
using OrleansUploads.Gateway.Tests.S3;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>A server with the dashboard, and keys of every role.</summary>
/// <param name="configure">Adds services, or null for none.</param>
public sealed class DashboardServer(Action<IServiceCollection>? configure = null) : IAsyncLifetime
{
    public static readonly Credential Admin = new(Signer.KeyId, Signer.Secret, GatewaySetup.Account);

    public static readonly Credential Reader =
        new("AKIAREADER7EXAMPLE00", "reader/secret", GatewaySetup.Account, new KeyScope(KeyRole.Read, null));

    public static readonly Credential Uploader =
        new("AKIAUPLOADER7EXAMPLE", "uploader/secret", GatewaySetup.Account, new KeyScope(KeyRole.Upload, ["mine", "my-bucket"]));

    public static readonly Credential Stranger =
        new(Signer.Stranger.AccessKeyId, Signer.Stranger.SecretKey, GatewaySetup.StrangersAccount);

    public ChangingCredentials Credentials { get; } = new([Admin, Reader, Uploader, Stranger]);

    public GatewayServer Server { get; private set; } = null!;

    public SettableClock Clock => Server.Setup.Clock;

    internal LiveStreams Streams => Server.Services.GetRequiredService<LiveStreams>();

    public string Origin => $"http://{Server.EndPoint}";

    public async ValueTask InitializeAsync() => Server = await GatewayServer.StartAsync(new GatewaySetup(), services =>
    {
        services.AddSingleton<ICredentialStore>(Credentials);
        services.AddSingleton(new LiveStreams(TimeSpan.FromMilliseconds(5), CancellationToken.None));
        services.AddS3Front().AddUploadsDashboard();
        configure?.Invoke(services);
    });

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>Sends a request as a browser does, with or without the cookie of a session.</summary>
    public Task<ApiAnswer> SendAsync(string method, string path, string? cookie = null, string? origin = null, string body = "")
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

    public Task<ApiAnswer> GetAsync(string path, string? cookie = null) => SendAsync("GET", $"/dashboard/api/{path}", cookie);

    /// <summary>Tries to sign in with a secret.</summary>
    public async Task<ApiAnswer> TrySignInAsync(string accessKeyId, string secret, string? challenge = null)
    {
        challenge ??= (await GetAsync("challenge")).Expect(200).Json.GetProperty("challenge").GetString()!;
        var body = JsonSerializer.Serialize(
            new { accessKeyId, challenge, proof = SignInChallenge.Prove(secret, challenge) });
        return await SendAsync("POST", "/dashboard/api/session", body: body);
    }

    /// <summary>Signs in and returns the cookie.</summary>
    public async Task<string> SignInAsync(Credential credential)
    {
        var answer = (await TrySignInAsync(credential.AccessKeyId, credential.Secret)).Expect(204);
        return answer.Header("Set-Cookie")!.Split(';')[0];
    }

    /// <summary>Creates a bucket.</summary>
    public async Task CreateBucketAsync(string bucket) => (await Server.SendAsync(S3Server.Request("PUT", $"/{bucket}", null), S3Server.Owner)).Expect(200);

    /// <summary>Initiates an upload to a bucket and returns its ID.</summary>
    public async Task<string> NewObjectUploadAsync(string target) => S3Server.Text(
        (await Server.SendAsync(S3Server.Request("POST", target + "?uploads", []), S3Server.Owner)).Expect(200), "UploadId");

    /// <summary>Uploads a part of an object.</summary>
    public async Task PutPartAsync(string target, string upload, int number, byte[] bytes) => (await Server.SendAsync(
        S3Server.Request("PUT", $"{target}?partNumber={number}&uploadId={upload}", bytes), S3Server.Owner)).Expect(200);

    /// <summary>Credentials that tests change.</summary>
    public sealed class ChangingCredentials(IEnumerable<Credential> credentials) : ICredentialStore
    {
        public List<Credential> All { get; } = [.. credentials];

        public ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken) =>
            new(All.SingleOrDefault(credential => credential.AccessKeyId == accessKeyId));
    }
}
