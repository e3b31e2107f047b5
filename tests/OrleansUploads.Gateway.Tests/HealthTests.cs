using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Health;

namespace OrleansUploads.Gateway.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task Health_checks_need_no_signature()
    {
        await using var server = await GatewayServer.StartAsync(new GatewaySetup());
        var answer = (await server.SendAsync(new ApiRequest("GET", "/healthz"), [])).Expect(200);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal("""{"status":"Healthy","checks":{"accepts-requests":"Healthy"}}""", answer.Text);
        Assert.Equal(47, answer.Header("x-amzn-RequestId")!.Length);
    }

    [Fact]
    public async Task A_disk_that_does_not_answer_is_unhealthy_and_blocks_one_thread()
    {
        using var disk = new HangingDisk();
        var time = new ManualTime();
        var check = new StoreHealthCheck(disk, time);
        var first = check.CheckHealthAsync(new HealthCheckContext());
        time.Advance(StoreHealthCheck.Patience);

        foreach (var result in await Task.WhenAll(first, check.CheckHealthAsync(new HealthCheckContext())))
        {
            Assert.Equal(HealthStatus.Unhealthy, result.Status);
            Assert.Equal("disk does not answer", result.Data[HealthProblem.Key]);
        }

        disk.Answer();
        await Eventually.BecomesTrueAsync(
            async () => (await check.CheckHealthAsync(new HealthCheckContext())).Status == HealthStatus.Healthy, "the disk is healthy");
        Assert.Equal(1, disk.MaxReaders);
    }

    [Fact]
    public async Task A_failing_check_makes_the_server_unhealthy()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup(),
            services => services.AddUploadsHealthChecks().AddCheck("disk", () => HealthCheckResult.Unhealthy("secret path")));
        var answer = (await server.SendAsync(new ApiRequest("GET", "/healthz"), [])).Expect(503);
        Assert.Equal(
            """{"status":"Unhealthy","checks":{"accepts-requests":"Healthy","disk":"Unhealthy"}}""", answer.Text);
    }

    [Fact]
    public async Task A_problem_is_in_the_public_report_and_its_details_are_for_callers_on_the_machine()
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup(),
            services =>
            {
                services.AddSingleton(new ServerDescription("1.2.3", "3.99.0", "/srv/data"));
                services.AddUploadsHealthChecks().AddCheck("space", () => HealthCheckResult.Degraded(
                    "12 bytes free", data: new Dictionary<string, object> { [HealthProblem.Key] = "disk full" }));
            });
        Assert.Equal(
            """{"status":"Degraded","checks":{"accepts-requests":"Healthy","space":"Degraded"},"problems":{"space":"disk full"}}""",
            (await server.SendAsync(new ApiRequest("GET", "/healthz"), [])).Expect(200).Text);

        var verbose = new ApiRequest("GET", "/healthz?verbose");
        var (allocated, collections) = (GC.GetTotalAllocatedBytes(), GC.CollectionCount(GC.MaxGeneration));
        var detailed = (await server.SendAsync(verbose, [])).Expect(200).Json;
        Assert.Equal("12 bytes free", detailed.GetProperty("details").GetProperty("space").GetString());
        Assert.Equal("1.2.3", detailed.GetProperty("version").GetString());
        Assert.Equal("3.99.0", detailed.GetProperty("sqliteVersion").GetString());
        Assert.Equal("/srv/data", detailed.GetProperty("dataFolder").GetString());
        var memory = detailed.GetProperty("memory");
        // The heap may be larger than the working set: pages that were allocated and never written are not resident.
        Assert.InRange(memory.GetProperty("workingSetBytes").GetInt64(), 1, long.MaxValue);
        Assert.InRange(memory.GetProperty("heapBytes").GetInt64(), 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        Assert.InRange(memory.GetProperty("allocatedBytes").GetInt64(), allocated, GC.GetTotalAllocatedBytes());
        Assert.InRange(memory.GetProperty("gen2Collections").GetInt32(), collections, GC.CollectionCount(GC.MaxGeneration));

        foreach (var foreign in ((string, string)[])[("X-Forwarded-For", "192.0.2.1"), ("Host", "uploads.example.org")])
        {
            var answer = (await server.SendAsync(verbose, [foreign])).Expect(200).Text;
            Assert.All((string[])["12 bytes free", "/srv/data", "memory", "1.2.3"], detail => Assert.DoesNotContain(detail, answer, StringComparison.Ordinal));
        }

        (await server.SendAsync(verbose, [("Host", "LOCALHOST:80")])).Expect(200).Json.GetProperty("details");
    }

    [Theory]
    [InlineData("127.0.0.1", true, true)]
    [InlineData("::1", true, true)]
    [InlineData("::ffff:127.0.0.1", true, true)]
    [InlineData("10.89.1.1", false, true)]
    [InlineData("172.17.0.1", false, true)]
    [InlineData("::ffff:192.168.7.7", false, true)]
    [InlineData("fd00::1", false, true)]
    [InlineData("172.32.0.1", false, false)]
    [InlineData("192.0.2.1", false, false)]
    [InlineData("2001:db8::1", false, false)]
    public void The_details_are_for_callers_on_the_machine_and_the_version_also_for_its_private_network(
        string address, bool isOnMachine, bool isInPrivateNetwork) => Assert.Equal(
            new CallerDistance(isOnMachine, isInPrivateNetwork), CallerDistance.Of(System.Net.IPAddress.Parse(address)));

    [Theory]
    [InlineData(true, 200, """{"status":"Healthy","checks":{"voted-in":"Healthy"}}""")]
    [InlineData(false, 503, """{"status":"Unhealthy","checks":{"voted-in":"Unhealthy"}}""")]
    public async Task Only_a_failing_check_that_needs_a_restart_makes_the_server_not_alive(bool isVotedIn, int status, string report)
    {
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup(),
            services => services.AddUploadsHealthChecks()
                .AddCheck("disk", () => HealthCheckResult.Unhealthy())
                .AddCheck(
                    "voted-in",
                    () => isVotedIn ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(),
                    tags: [GatewayEndpoints.LiveTag]));
        Assert.Equal(report, (await server.SendAsync(new ApiRequest("GET", "/livez"), [])).Expect(status).Text);
    }

    private sealed class HangingDisk : IStoreHealth, IDisposable
    {
        private readonly ManualResetEventSlim _answers = new();
        private int _readers;

        public string Name => "space";

        public int MaxReaders { get; private set; }

        public StoreHealth Read()
        {
            MaxReaders = Math.Max(MaxReaders, Interlocked.Increment(ref _readers));
            _answers.Wait(TimeSpan.FromMinutes(2));
            Interlocked.Decrement(ref _readers);
            return StoreHealth.Healthy;
        }

        public void Answer() => _answers.Set();

        public void Dispose() => _answers.Dispose();
    }
}
