using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Stalled bodies, and servers that accept few bodies at a time.</summary>
[Trait(TestRun.Name, TestRun.Timing)]
public sealed class StallTests
{
    [Theory]
    [InlineData(1024 * MiB, 1000)]
    [InlineData(240, MiB - 1)]
    public async Task A_body_that_stalls_at_once_or_after_a_fast_start_is_answered_with_408(int minBytesPerSecond, int sent)
    {
        await using var server = await GatewayServer.StartAsync(new GatewaySetup
        {
            Options = new GatewayOptions { BodyRateWindow = TimeSpan.FromSeconds(1.1), MinBodyBytesPerSecond = minBytesPerSecond },
        });
        (await server.SendAsync(CreateVault("v"))).Expect(201);
        var upload = (await server.SendAsync(Initiate("v"))).Header("x-amz-multipart-upload-id")!;
        var request = Part("v", upload, 0, Bytes(MiB));
        await using var connection = await server.BeginAsync(request.With("Content-Length", "1048576"));
        await connection.SendAsync(Bytes(MiB).AsMemory(0, sent));

        (await connection.ReadAsync()).ExpectError(408, "RequestTimeoutException", "Request timed out.");

        var parts = (await server.SendAsync(ListParts("v", upload))).Json.GetProperty("Parts");
        Assert.Equal(0, parts.GetArrayLength());
        (await server.SendAsync(request)).Expect(204);
    }

    [Fact]
    public async Task A_document_that_never_arrives_is_not_logged_as_an_error()
    {
        var faults = new RecordedLog(LogLevel.Error);
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup { Options = new GatewayOptions { BodyRateWindow = TimeSpan.FromSeconds(1.1) } },
            services => services.AddSingleton<ILoggerProvider>(faults));
        await using var connection = await server.BeginAsync(ListCapacity().With("Content-Length", "1"));

        (await connection.ReadAsync()).ExpectError(408, "RequestTimeoutException", "Request timed out.");

        await connection.ReadToEndAsync();
        Assert.Empty(faults.Entries);
    }

    [Fact]
    public async Task Bodies_beyond_the_queue_limit_are_throttled()
    {
        await using var server = await GatewayServer.StartAsync(new GatewaySetup
        {
            Options = new GatewayOptions { MaxConcurrentBodies = 1, MaxWaitingBodies = 1 },
        });
        (await server.SendAsync(CreateVault("v"))).Expect(201);
        var request = UploadArchive("v", Bytes(7)).With("Content-Length", "7").With("Expect", "100-continue");
        await using var first = await server.BeginAsync(request);
        Assert.Equal(100, (await first.ReadAsync()).Status);
        await using var second = await server.BeginAsync(request);
        await using var third = await server.BeginAsync(request);

        // Either request may have got the only place in the queue.
        var answers = new[] { second.ReadAsync(), third.ReadAsync() };
        var refused = await Task.WhenAny(answers);
        (await refused).ExpectError(400, "ThrottlingException", "slow down");
        Assert.Equal("5", (await refused).Header("Retry-After"));
        (await server.SendAsync(DescribeVault("v"))).Expect(200);

        await first.SendAsync(Bytes(7));
        (await first.ReadAsync()).Expect(201);
        Assert.Equal(100, (await answers.Single(answer => answer != refused)).Status);
        await (refused == answers[0] ? third : second).SendAsync(Bytes(7));
        (await (refused == answers[0] ? third : second).ReadAsync()).Expect(201);
    }

    /// <summary>An exception costs most when it must not: while the server is overloaded.</summary>
    [Fact]
    public async Task A_throttled_transfer_is_refused_without_an_exception()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup { Options = new GatewayOptions { MaxConcurrentBodies = 1, MaxWaitingBodies = 0 } },
            services => services.AddS3Front());
        (await server.SendAsync(CreateVault("v"))).Expect(201);
        (await server.SendAsync(S3Server.Request("PUT", "/bucket", null), S3Server.Owner)).Expect(200);
        await using var only = await server.BeginAsync(
            UploadArchive("v", Bytes(7)).With("Content-Length", "7").With("Expect", "100-continue"));
        Assert.Equal(100, (await only.ReadAsync()).Status);
        var thrown = 0;
        AppDomain.CurrentDomain.FirstChanceException += Count;
        try
        {
            (await server.SendAsync(UploadArchive("v", Bytes(7)))).ExpectError(400, "ThrottlingException", "slow down");
            S3Server.ExpectError(
                await server.SendAsync(S3Server.Request("PUT", "/bucket/k", Bytes(7)), S3Server.Owner), 503, "SlowDown");
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Count;
        }

        Assert.Equal(0, thrown);

        void Count(object? sender, FirstChanceExceptionEventArgs first)
        {
            if (first.Exception is FrontError { Code: OrleansUploads.Gateway.Glacier.ErrorCode.Throttling } or FrontError { Code: "SlowDown" })
            {
                Interlocked.Increment(ref thrown);
            }
        }
    }
}
