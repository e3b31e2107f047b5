using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansUploads.Gateway.Tests.Glacier.Notifications;

/// <summary>A small HTTP server that takes messages, or refuses them for as long as a test wants.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly Channel<ReceivedMessage> _messages = Channel.CreateUnbounded<ReceivedMessage>();
    private readonly WebApplication _app;
    private volatile int _status;

    private Receiver(WebApplication app, int status)
    {
        _app = app;
        _status = status;
    }

    /// <summary>Where to post.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>What it answers.</summary>
    public int Status
    {
        get => _status;
        set => _status = value;
    }

    public static async Task<Receiver> StartAsync(int status = StatusCodes.Status200OK, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel().UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new Receiver(app, status);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        receiver.Address = new Uri(new Uri(address), "/ready?to=me");
        return receiver;
    }

    /// <summary>The next message, whatever it was answered.</summary>
    public async Task<ReceivedMessage> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _messages.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Whether a message has come that was not looked at.</summary>
    public bool HasMore => _messages.Reader.TryPeek(out _);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var status = _status;
        context.Response.StatusCode = status;
        context.Response.Headers.Location = "/elsewhere";
        await _messages.Writer.WriteAsync(new ReceivedMessage(
            $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}",
            context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray(),
            status));
    }
}

/// <summary>A message as it came.</summary>
public sealed record ReceivedMessage(string Line, IReadOnlyDictionary<string, string> Headers, byte[] Body, int AnsweredBy)
{
    public System.Text.Json.JsonElement Json => System.Text.Json.JsonDocument.Parse(Body).RootElement;

    public string Id => Json.GetProperty("MessageId").GetString()!;
}
