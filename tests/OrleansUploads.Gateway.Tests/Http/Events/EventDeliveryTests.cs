using System.Collections.Concurrent;
using Amazon.S3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Events;
using OrleansUploads.Gateway.Settings;
using OrleansUploads.Gateway.Tests.Glacier.Notifications;
using OrleansUploads.Testing;

namespace OrleansUploads.Gateway.Tests.Http.Events;

/// <summary>Events end to end: from the end of an upload over HTTP to a signed message over HTTP.</summary>
public sealed class EventDeliveryTests
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);
    private static readonly HashedBody Body = HashedBody.Of(RandomNumberGenerator.GetBytes(1000));

    private static async Task<(UploadsServer Server, GlacierClient Client)> StartAsync(Uri receiver)
    {
        Assert.True(EventSecrets.TryParse($"whsec_{Convert.ToBase64String(Secret)}", out var secrets, out _));
        var server = await UploadsServer.StartAsync(new ServiceOptions { Events = new EventTarget(receiver, secrets) }, Cancellation);
        await server.CreateVaultAsync("tapes", Cancellation);
        await server.CreateBucketAsync("photos", Cancellation);
        return (server, new GlacierClient(new GlacierClientOptions
        {
            Endpoint = server.Endpoint,
            Region = "us-east-1",
            AccessKeyId = server.AccessKeyId,
            SecretAccessKey = server.SecretAccessKey,
        }));
    }

    private static AmazonS3Client ConnectS3(UploadsServer server) => new(
        server.AccessKeyId,
        server.SecretAccessKey,
        new AmazonS3Config { ServiceURL = $"{server.Endpoint}", AuthenticationRegion = "us-east-1", ForcePathStyle = true });

    private static async Task<string> InitiateAsync(AmazonS3Client s3) =>
        (await s3.InitiateMultipartUploadAsync("photos", "2026/a \"b\".jpg", Cancellation)).UploadId;

    private static async Task<(string Upload, string Archive)> CompleteAsync(GlacierClient client)
    {
        var upload = await client.InitiateMultipartUploadAsync("tapes", 1 << 20, cancellationToken: Cancellation);
        await client.UploadPartAsync("tapes", upload, 0, Body, Cancellation);
        return (upload, (await client.CompleteMultipartUploadAsync("tapes", upload, 1000, Body.TreeHash, Cancellation)).ArchiveId);
    }

    /// <summary>Verifies a message as a receiver does, and returns its ID.</summary>
    private static string Verify(ReceivedMessage message)
    {
        var (id, at) = (message.Headers["webhook-id"], message.Headers["webhook-timestamp"]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{at}."), .. message.Body];
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(Secret, signed))}", message.Headers["webhook-signature"]);
        Assert.Equal("application/json", message.Headers["Content-Type"]);
        return id;
    }

    [Fact]
    public async Task The_completion_of_an_archive_is_posted_with_a_signature()
    {
        await using var receiver = await Receiver.StartAsync();
        var (server, client) = await StartAsync(receiver.Address);
        await using var stopping = server;
        using var closing = client;
        var before = server.Now;
        var (upload, archive) = await CompleteAsync(client);

        var message = await receiver.NextAsync();

        Assert.Equal("POST /ready?to=me", message.Line);
        Assert.Equal(Verify(message), message.Headers["webhook-id"]);
        var timestamp = DateTimeOffset.FromUnixTimeSeconds(long.Parse(message.Headers["webhook-timestamp"], CultureInfo.InvariantCulture));
        Assert.InRange(timestamp, before.AddSeconds(-1), server.Now);
        var text = Encoding.UTF8.GetString(message.Body);
        var at = message.Json.GetProperty("timestamp").GetString();
        Assert.Equal(
            $$$"""{"type":"upload.completed","timestamp":"{{{at}}}","data":{"uploadId":"{{{upload}}}","account":"000000000001","vault":"tapes","archiveId":"{{{archive}}}","treeHash":"{{{Body.TreeHash}}}","sizeBytes":1000}}""",
            text);
        await server.AdvanceAsync(TimeSpan.FromHours(1), Cancellation);
        Assert.False(receiver.HasMore);
    }

    [Fact]
    public async Task The_ends_of_uploads_to_a_bucket_are_posted_with_the_key_of_the_object()
    {
        await using var receiver = await Receiver.StartAsync();
        var (server, client) = await StartAsync(receiver.Address);
        await using var stopping = server;
        client.Dispose();
        using var s3 = ConnectS3(server);
        var upload = await InitiateAsync(s3);
        var part = await s3.UploadPartAsync(
            new() { BucketName = "photos", Key = "2026/a \"b\".jpg", UploadId = upload, PartNumber = 1, InputStream = new MemoryStream(new byte[1000]) },
            Cancellation);
        var done = await s3.CompleteMultipartUploadAsync(
            new() { BucketName = "photos", Key = "2026/a \"b\".jpg", UploadId = upload, PartETags = [new(1, part.ETag)] }, Cancellation);

        var message = await receiver.NextAsync();

        Verify(message);
        Assert.Equal(
            $$$"""{"type":"upload.completed","timestamp":"{{{message.Json.GetProperty("timestamp")}}}","data":{"uploadId":"{{{upload}}}","bucket":"photos","key":"2026/a \u0022b\u0022.jpg","etag":"{{{done.ETag.Trim('"')}}}","sizeBytes":1000}}""",
            Encoding.UTF8.GetString(message.Body));
        var aborted = await InitiateAsync(s3);
        await s3.AbortMultipartUploadAsync("photos", "2026/a \"b\".jpg", aborted, Cancellation);
        AssertTells("upload.aborted", aborted, await receiver.NextAsync());
        var stale = await InitiateAsync(s3);
        await server.AdvanceAsync(TimeSpan.FromDays(8), Cancellation);
        AssertTells("upload.expired", stale, await receiver.NextAsync());
    }

    [Fact]
    public async Task An_aborted_and_an_expired_upload_are_posted()
    {
        await using var receiver = await Receiver.StartAsync();
        var (server, client) = await StartAsync(receiver.Address);
        await using var stopping = server;
        using var closing = client;
        var aborted = await client.InitiateMultipartUploadAsync("tapes", 1 << 20, cancellationToken: Cancellation);
        await client.AbortMultipartUploadAsync("tapes", aborted, Cancellation);
        AssertTells("upload.aborted", aborted, await receiver.NextAsync());
        var stale = await client.InitiateMultipartUploadAsync("tapes", 1 << 20, cancellationToken: Cancellation);
        await server.AdvanceAsync(TimeSpan.FromDays(8), Cancellation);
        AssertTells("upload.expired", stale, await receiver.NextAsync());
    }

    private static void AssertTells(string type, string upload, ReceivedMessage message)
    {
        Verify(message);
        Assert.Equal(type, message.Json.GetProperty("type").GetString());
        Assert.Equal(upload, message.Json.GetProperty("data").GetProperty("uploadId").GetString());
        Assert.False(message.Json.GetProperty("data").TryGetProperty("archiveId", out _));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task A_rejected_event_is_posted_again_with_the_same_ID_and_body_and_no_redirect_is_followed(int status)
    {
        await using var receiver = await Receiver.StartAsync(status);
        var (server, client) = await StartAsync(receiver.Address);
        await using var stopping = server;
        using var closing = client;
        await CompleteAsync(client);
        var first = await receiver.NextAsync();
        receiver.Status = 204;

        // The first attempt may still be under way when the clock is set.
        var repeated = receiver.NextAsync();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await server.AdvanceAsync(TimeSpan.FromSeconds(20), Cancellation);
                return repeated.IsCompleted;
            },
            "the event is posted again");
        var second = await repeated;

        Assert.Equal("POST /ready?to=me", second.Line);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal(Verify(first), Verify(second));
        Assert.True(Convert.ToInt64(second.Headers["webhook-timestamp"], CultureInfo.InvariantCulture)
            > Convert.ToInt64(first.Headers["webhook-timestamp"], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_delays_no_request()
    {
        await using var receiver = await Receiver.StartAsync();
        var (server, client) = await StartAsync(receiver.Address);
        await using var stopping = server;
        using var closing = client;
        using var held = receiver.Hold();
        var (_, archive) = await CompleteAsync(client);
        await receiver.NextAsync();
        await client.DeleteArchiveAsync("tapes", archive, Cancellation);
        await CompleteAsync(client);
        await receiver.NextAsync();
    }

    [Fact]
    public async Task A_receiver_that_is_down_while_the_server_restarts_gets_the_event_when_it_is_up()
    {
        var down = await Receiver.StartAsync();
        await down.DisposeAsync();
        var (server, client) = await StartAsync(down.Address);
        await using var stopping = server;
        using var closing = client;
        var (upload, _) = await CompleteAsync(client);
        await server.RestartAsync(Cancellation);

        await using var up = await Receiver.StartAsync(port: down.Address.Port);
        var told = up.NextAsync();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await server.AdvanceAsync(TimeSpan.FromSeconds(20), Cancellation);
                return told.IsCompleted;
            },
            "the event is posted");
        Assert.Equal(upload, (await told).Json.GetProperty("data").GetProperty("uploadId").GetString());
    }

    [Fact]
    public async Task A_program_with_a_receiver_of_its_own_gets_the_events_instead()
    {
        using var folder = new TemporaryFolder();
        var own = new OwnEvents();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IUploadEvents>(own);
        Assert.True(EventSecrets.TryParse($"whsec_{Convert.ToBase64String(Secret)}", out var secrets, out _));
        builder.Services.AddOrleansUploads(
            folder.File("data"), new ServiceOptions { Events = new EventTarget(new Uri("http://127.0.0.1:1/"), secrets) });
        await using var app = builder.Build();
        app.MapOrleansUploads();
        await app.StartAsync(Cancellation);
        var engine = app.Services.GetRequiredService<EmbeddedEngine>();
        await engine.Host.AskAsync(Some.Account.Entity, new CreateVault(Some.Vault), Cancellation);
        var vault = (await engine.Host.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault), Cancellation)).Answer.Incarnation;
        var spec = Some.Spec() with { Vault = vault, CreatedAt = TimeProvider.System.GetUtcNow() };
        await engine.Host.AskAsync(spec.Upload.Entity, new InitiateUpload(spec), Cancellation);
        await engine.Host.AskAsync(spec.Upload.Entity, new AbortUpload(vault), Cancellation);

        await Eventually.BecomesTrueAsync(() => !own.Notices.IsEmpty, "the end is told");
        Assert.Equal(UploadPhase.Aborted, Assert.Single(own.Notices).End);
    }

    private sealed class OwnEvents : IUploadEvents
    {
        public ConcurrentQueue<EndNotice> Notices { get; } = new();

        public ValueTask EndedAsync(EndNotice notice, CancellationToken cancellationToken)
        {
            Notices.Enqueue(notice);
            return ValueTask.CompletedTask;
        }
    }
}
