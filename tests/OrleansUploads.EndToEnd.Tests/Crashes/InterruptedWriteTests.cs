using System.Diagnostics;
using OrleansUploads.TestKit.Races;

namespace OrleansUploads.EndToEnd.Tests.Crashes;

/// <summary>A server that is killed while clients write objects. What was interrupted must not come back over what was acknowledged
/// afterwards.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class InterruptedWriteTests(ITestOutputHelper output) : IDisposable
{
    private const int ClientsOfEachKind = 6;

    private static readonly int Rounds = TestSetting.Read("ORLEANSUPLOADS_INTERRUPTED_ROUNDS", 10);

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_write_that_a_kill_interrupts_never_comes_back_over_a_later_acknowledged_one()
    {
        var watch = Stopwatch.StartNew();
        var random = new Random(20261124);
        var server = await ServerProcess.StartAsync(_folder.Data, "--quiet");
        var writes = new InterruptedWrites(_http, server.Address, CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
        await writes.BeginAsync();
        for (var round = 1; round <= Rounds; round++)
        {
            await writes.RunAsync(
                round,
                ClientsOfEachKind,
                killAfter: random.Next(ClientsOfEachKind * InterruptedWrites.Kinds.Count / 2),
                () =>
                {
                    var killed = server.KillAsync();
                    return (killed, RestartAsync());
                },
                [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)]);
        }

        await server.DisposeAsync();
        output.WriteLine(
            $"{Rounds} kills in {watch.Elapsed.TotalSeconds:F0} s: {writes.FirstWrites.All} writes, of which {writes.FirstWrites.Answered} were "
            + $"answered; {writes.Wrong.Count} of {writes.Reads} reads were wrong.");
        Assert.True(writes.Wrong.Count == 0, $"{writes.Wrong.Count} of {writes.Reads} reads:\n{string.Join('\n', writes.Wrong.Take(20))}");

        async Task RestartAsync()
        {
            var dead = server;
            server = await dead.CrashAsync();
            await dead.DisposeAsync();
        }
    }
}
