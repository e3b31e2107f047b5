using System.CommandLine;
using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Moving;

namespace OrleansUploads.Silo.Status;

/// <summary><c>status</c>: describes a cluster, and what needs attention. It reads the stores of the cluster, so it works
/// without silos.</summary>
internal static class StatusCommand
{
    public static Command Create(string name)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command(
            name,
            "Describe the cluster and what needs attention. Some or all silos may be stopped. Exit codes: 0 if nothing needs attention, 1 if "
            + "something does, 2 if the status could not be read.")
        {
            json,
        };
        command.Run((commandLine, cancellationToken) => RunAsync(commandLine, commandLine.GetValue(json), cancellationToken));
        return command;
    }

    /// <summary>Returns 0 if nothing needs attention, otherwise 1.</summary>
    private static async Task<int> RunAsync(ParseResult commandLine, bool isJson, CancellationToken cancellationToken)
    {
        var status = await ReadAsync(commandLine, cancellationToken);
        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(status, ClusterStatusJson.Default.ClusterStatus));
        }
        else
        {
            Write(status, Console.Out);
        }

        return status.Attention.Count == 0 ? 0 : 1;
    }

    private static async Task<ClusterStatus> ReadAsync(ParseResult commandLine, CancellationToken cancellationToken)
    {
        try
        {
            await using var cluster = await ClusterData.OpenForReadingAsync(commandLine, cancellationToken);
            return await new StatusReader(cluster, TimeProvider.System.GetUtcNow()).ReadAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or PartStoreUnavailableException or JournalUnavailableException
            or JournalDamagedException or DbException or RequestFailedException or OrleansException)
        {
            throw new SettingException($"The status cannot be read: {fault.Message}", fault);
        }
    }

    private static void Write(ClusterStatus status, TextWriter output)
    {
        output.WriteLine($"Cluster:   {status.Cluster}, identity {status.Identity}");
        output.WriteLine($"Database:  {status.Database}");
        output.WriteLine(
            $"Store:     {status.Store.Place}, mark {status.Store.Mark ?? "missing"}, {status.Store.Owner ?? "has no owner"}");
        output.WriteLine(
            $"Clock:     {(status.ClockIsTrusted ? "trusted" : "not trusted")}, last heartbeat "
            + (status.LastHeartbeat is { } heartbeat ? ClockFaultText.Format(heartbeat) : "never"));
        output.WriteLine(
            $"Backup:    {(status.BackupUntil is { } until ? $"nothing is deleted until {ClockFaultText.Format(until)}" : "none in progress")}");
        output.WriteLine($"Silos:     {status.Members.Count}");
        foreach (var member in status.Members)
        {
            output.WriteLine(
                $"  {member.Address}  {member.State}, version {member.Version ?? "unknown"}, since {ClockFaultText.Format(member.Since)}, last report "
                + ClockFaultText.Format(member.LastReport));
        }

        output.WriteLine(status.Attention.Count == 0 ? "Nothing needs attention." : "Needs attention:");
        foreach (var sentence in status.Attention)
        {
            output.WriteLine($"- {sentence}");
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ClusterStatus))]
internal sealed partial class ClusterStatusJson : JsonSerializerContext;
