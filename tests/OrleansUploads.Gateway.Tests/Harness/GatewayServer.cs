using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>A real Kestrel server on a free loopback port, over the real engine.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private GatewayServer(GatewaySetup setup, WebApplication app, IEntityHost host)
    {
        Setup = setup;
        _app = app;
        Host = host;
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        EndPoint = new IPEndPoint(IPAddress.Loopback, new Uri(address.Addresses.Single()).Port);
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        handler.RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8;
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri($"http://{EndPoint}"),
        };
    }

    public GatewaySetup Setup { get; }

    /// <summary>The entities behind the gateway, for commands that no HTTP operation sends.</summary>
    public IEntityHost Host { get; }

    public IPEndPoint EndPoint { get; }

    public IServiceProvider Services => _app.Services;

    public LogLines Log => _app.Services.GetRequiredService<LogLines>();

    public static async Task<GatewayServer> StartAsync(
        GatewaySetup setup, Action<IServiceCollection>? configure = null)
    {
        var host = setup.Host(setup);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<LogLines>();
        builder.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<LogLines>());
        builder.Services.AddSingleton<TimeProvider>(setup.Clock);
        builder.Services.AddSingleton(host);
        builder.Services.AddSingleton(host as IUploadEnds ?? new UnnoticedEnds(setup.Clock));
        builder.Services.AddSingleton(setup.Parts);
        builder.Services.AddSingleton<ICredentialStore>(new MemoryCredentialStore(setup.Credentials));
        builder.Services.AddOrleansUploadsServer(setup.Options).AddVaultGateway(setup.Options);
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapOrleansUploads();
        await app.StartAsync();
        return new GatewayServer(setup, app, host);
    }

    /// <summary>Connects the client of this repository.</summary>
    public GlacierClient Connect(Signer? signer = null) => new(new GlacierClientOptions
    {
        Endpoint = _http.BaseAddress!,
        Region = "us-east-1",
        AccessKeyId = (signer ?? new Signer()).AccessKeyId,
        SecretAccessKey = (signer ?? new Signer()).SecretKey,
        TimeProvider = Setup.Clock,
    });

    /// <summary>Signs and sends a request and reads the whole answer.</summary>
    public Task<ApiAnswer> SendAsync(ApiRequest request, Signer? signer = null) => SendAsync(request, Sign(request, signer));

    /// <summary>The headers of a request, with its signature.</summary>
    public IEnumerable<(string Name, string Value)> Sign(ApiRequest request, Signer? signer = null) =>
        (signer ?? new Signer()).Sign(request, EndPoint.ToString(), Setup.Clock.Now);

    /// <summary>Sends a request with exactly these headers.</summary>
    public Task<ApiAnswer> SendAsync(ApiRequest request, IEnumerable<(string Name, string Value)> headers) =>
        SendAsync(_http, request, headers);

    /// <summary>Sends a request to any server.</summary>
    public static async Task<ApiAnswer> SendAsync(
        HttpClient http, ApiRequest request, IEnumerable<(string Name, string Value)> headers)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Target);
        message.Content = request.Body.Length > 0 || request.Method is "PUT" or "POST"
            ? new ByteArrayContent(request.Body)
            : null;
        foreach (var (name, value) in headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var answer = await http.SendAsync(message);
        var received = answer.Headers.Concat(answer.Content.Headers).ToDictionary(
            header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
        return new ApiAnswer((int)answer.StatusCode, received, await answer.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Signs a request and sends its head on a new connection. The caller sends the body.</summary>
    public async Task<RawConnection> BeginAsync(ApiRequest request, Signer? signer = null)
    {
        var connection = await RawConnection.OpenAsync(EndPoint);
        await connection.SendHeadAsync(request, Sign(request, signer));
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        if (Host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }

    /// <summary>The ends of uploads in a test's host, which tells none.</summary>
    private sealed class UnnoticedEnds(TimeProvider time) : IUploadEnds
    {
        public ValueTask AwaitEndAsync(UploadId upload, TimeSpan atMost, CancellationToken cancellationToken) =>
            new(Task.Delay(atMost, time, cancellationToken));
    }
}
