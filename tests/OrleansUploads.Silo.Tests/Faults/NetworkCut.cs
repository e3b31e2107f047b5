namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>A network in which one silo's packets to another one are lost, while those in the other direction arrive.</summary>
/// <remarks>All silos are on the loopback address. The firewall tells them apart by the group ID of their processes, and each
/// connection has the mark of the silo that opened it.</remarks>
internal static class NetworkCut
{
    private const int FirstGroup = 20001;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Whether this process may change the firewall.</summary>
    public static bool IsPossible { get; } = Environment.IsPrivilegedProcess && CanRun("-t", "mangle", "-S", "OUTPUT");

    /// <summary>The group ID of a silo's process, or null.</summary>
    public static int? GroupOf(int silo) => IsPossible ? FirstGroup + silo : null;

    /// <summary>Lets the firewall mark the connections of all silos, until <see cref="EndAsync"/>.</summary>
    public static Task PrepareAsync() => MarkAsync("-A");

    /// <summary>Ends what <see cref="PrepareAsync"/> began.</summary>
    public static Task EndAsync() => MarkAsync("-D");

    /// <summary>Drops the packets from one silo to another one, in connections that either of them opened.</summary>
    public static Task CutAsync(int from, RunningSilo fromSilo, int to, RunningSilo toSilo) =>
        ChangeAsync("-A", from, fromSilo, to, toSilo);

    public static Task HealAsync(int from, RunningSilo fromSilo, int to, RunningSilo toSilo) =>
        ChangeAsync("-D", from, fromSilo, to, toSilo);

    private static async Task MarkAsync(string action)
    {
        for (var silo = 0; IsPossible && silo < SiloCluster.Count; silo++)
        {
            await RunAsync(
                "-t", "mangle", action, "OUTPUT", "-m", "conntrack", "--ctstate", "NEW", "-m", "owner", "--gid-owner", Group(silo),
                "-j", "CONNMARK", "--set-mark", Group(silo));
        }
    }

    private static async Task ChangeAsync(string action, int from, RunningSilo fromSilo, int to, RunningSilo toSilo)
    {
        await RunAsync(action, "OUTPUT", "-p", "tcp", "-m", "owner", "--gid-owner", Group(from), "--dport", toSilo.SiloPort, "-j", "DROP");
        await RunAsync(
            action, "OUTPUT", "-p", "tcp", "-m", "owner", "--gid-owner", Group(from), "--sport", fromSilo.SiloPort,
            "-m", "connmark", "--mark", Group(to), "-j", "DROP");
    }

    private static string Group(int silo) => (FirstGroup + silo).ToString(CultureInfo.InvariantCulture);

    private static async Task RunAsync(params string[] arguments)
    {
        await using var iptables = CapturedProcess.Start("iptables", ["--wait", .. arguments], []);
        Assert.True(await iptables.WaitForExitAsync(Patience) == 0, $"iptables failed. {iptables}");
    }

    private static bool CanRun(params string[] arguments)
    {
        try
        {
            using var iptables = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("iptables", ["--wait", .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
            iptables!.StandardOutput.ReadToEnd();
            iptables.WaitForExit();
            return iptables.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
