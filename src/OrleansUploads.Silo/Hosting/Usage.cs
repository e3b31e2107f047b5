using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Silo.Hosting;

/// <summary>The answer to <c>--help</c>.</summary>
internal static class Usage
{
    private static readonly string[] Words = ["--help", "-h", "-?", "help"];

    /// <summary>Whether the arguments ask for help.</summary>
    public static bool IsAskedFor(string[] arguments) => arguments.Any(argument => Words.Contains(argument));

    /// <summary>Writes how to start the program, and every setting with its default and meaning.</summary>
    public static void Write(TextWriter output)
    {
        output.WriteLine(
            """
            orleans-uploads-silo [SETTING=VALUE ...]                runs a silo or a gateway
            orleans-uploads-silo clock show [SETTING=VALUE ...]     says whether a running cluster trusts its clock
            orleans-uploads-silo clock accept [SETTING=VALUE ...]   accepts the clock
            orleans-uploads-silo backup begin 6h [SETTING=VALUE ...]
                                                            prevents deletions for 6 hours (at most 7d), or until the end
            orleans-uploads-silo backup show [SETTING=VALUE ...]    says whether a backup is in progress, and until when
            orleans-uploads-silo backup end [SETTING=VALUE ...]     permits them again
            orleans-uploads-silo import FOLDER [--deep] [SETTING=VALUE ...]
                                                            takes a data folder into the empty cluster, after 'orleans-uploads
                                                            parts copy FOLDER TARGET' and when its server has stopped. --deep reads
                                                            every byte in the store of the cluster
            orleans-uploads-silo restore [SETTING=VALUE ...]        makes a restored backup the cluster that replaces its original
            orleans-uploads-silo clone [SETTING=VALUE ...]          makes a restored backup a cluster beside its original
            orleans-uploads-silo take-over [SETTING=VALUE ...]      gives the bytes to the stopped cluster, which replaces the one that
                                                            used them, after a restore
            orleans-uploads-silo check [OPTIONS] [SETTING=VALUE ...]
                                                            compares every acknowledged byte with the decisions, and changes
                                                            nothing; silos may run. Exit codes: 0 if everything is sound, 1 if
                                                            something is damaged, 2 if the check could not be completed
                --deep           also computes the tree hash of every part and archive again
                --limit RATE     reads no faster than this, such as 50MiB/s
                --resume FILE    saves its progress in the file, and continues from there
                --orphans        also lists uploads with bytes that nothing refers to
                --json           prints one JSON document
                --quiet          prints no progress
            orleans-uploads-silo status [--json] [SETTING=VALUE ...]
                                                            describes the cluster and what needs attention; some or all silos may
                                                            be stopped. Exit codes: 0 if nothing needs attention, 1 if something
                                                            does, 2 if the status could not be read
            orleans-uploads-silo --version                          prints the version

            The commands need the settings of a silo.

            Settings are environment variables such as OrleansUploads__Listen=127.0.0.1:9400, or arguments such as
            --OrleansUploads:Listen=127.0.0.1:9400. A secret may be in a file: OrleansUploads__ConnectionString_FILE=/run/secret.

            """);
        foreach (var setting in Setting.Of<SiloSettings>())
        {
            var value = setting.Default is { } byDefault ? $" (default: {byDefault})" : "";
            output.WriteLine($"  {VariableOf(setting.Name)}{value}");
            output.WriteLine($"      {setting.MeaningInCluster}");
        }
    }
}
