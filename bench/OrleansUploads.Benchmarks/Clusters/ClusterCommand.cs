using System.CommandLine;

namespace OrleansUploads.Benchmarks.Clusters;

/// <summary>The command that compares a running cluster with one process.</summary>
internal static class ClusterCommand
{
    public static Command Create(Option<bool> quick, Option<DirectoryInfo> folder)
    {
        var endpoints = new Option<string[]>("--endpoint") { Description = "The address of a silo; repeat it for each.", Required = true };
        var command = new Command("cluster", "Compares a running cluster with one process on this machine.") { endpoints, quick, folder };
        command.SetAction((parsed, cancellationToken) => Suite.RunAsync(
            [
                new ClusterRates(
                    [.. parsed.GetRequiredValue(endpoints).Select(static endpoint => new Uri(endpoint))],
                    Variable("AWS_ACCESS_KEY_ID"),
                    Variable("AWS_SECRET_ACCESS_KEY")),
            ],
            parsed.GetRequiredValue(folder).FullName,
            parsed.GetValue(quick),
            program: null,
            cancellationToken));
        return command;
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"{name} is not set. Set it to the key pair of the cluster.");
}
