namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>Logs and results on a full disk.</summary>
public sealed class FullOutputTests
{
    [Theory]
    [InlineData("--no-such-setting 2> /dev/full", 1)]
    [InlineData("status --no-such-setting 2> /dev/full", 2)]
    [InlineData("--help > /dev/full", 1)]
    public async Task A_program_that_cannot_write_still_has_its_exit_code(string words, int exitCode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /dev/full.");
        await using var shell = Start(words, RunningSilo.With());

        Assert.True(await shell.WaitForExitAsync(TimeSpan.FromMinutes(2)) == exitCode, shell.ToString());
        Assert.DoesNotContain("   at ", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_that_can_write_neither_its_greeting_nor_its_log_serves()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /dev/full.");
        var address = $"127.0.0.1:{FreePort.Take(1)[0]}";
        await using var silo = Start("> /dev/full 2>&1", RunningSilo.Alone((nameof(SiloSettings.Listen), address)));
        using var http = new HttpClient();

        await Eventually.BecomesTrueAsync(
            async () =>
            {
                Assert.False(silo.HasExited, "The silo has ended.");
                try
                {
                    using var health = await http.GetAsync(new Uri($"http://{address}/healthz"));
                    return health.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the silo is ready");
        silo.Terminate();

        Assert.Equal(0, await silo.WaitForExitAsync(TimeSpan.FromMinutes(2)));
    }

    private static CapturedProcess Start(string words, IReadOnlyDictionary<string, string?> environment) =>
        CapturedProcess.Start("/bin/bash", ["-c", $"exec '{CommandLine.Dotnet}' '{Repository.SiloProgram}' {words}"], environment);
}
