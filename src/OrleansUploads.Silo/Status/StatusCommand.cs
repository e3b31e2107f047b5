using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Moving;

namespace OrleansUploads.Silo.Status;

/// <summary>Describes a cluster, and what needs attention: <c>status</c>. It reads the stores of the cluster, so it works without silos.</summary>
/// <param name="isJson">Whether the output is one JSON document.</param>
/// <param name="settings">The arguments behind the command that are settings.</param>
internal sealed class StatusCommand(bool isJson, string[] settings) : SiloCommand(settings)
{
    private const string Json = "--json";

    /// <inheritdoc cref="SiloCommand.Parse"/>
    public static new StatusCommand? Parse(string[] arguments) => arguments is ["status", .. var words]
        ? new StatusCommand(words.Contains(Json), [.. words.Where(static word => word != Json)])
        : null;

    /// <returns>0 if nothing needs attention, otherwise 1.</returns>
    public override Task<int> RunAsync() => RunInterruptiblyAsync(async cancellationToken =>
    {
        var status = await ReadAsync(cancellationToken);
        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(status, ClusterStatusJson.Default.ClusterStatus));
        }
        else
        {
            Write(status, Console.Out);
        }

        return status.Attention.Count == 0 ? 0 : 1;
    });

    private async Task<ClusterStatus> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var cluster = await ClusterData.OpenForReadingAsync(Settings, RequireCluster, cancellationToken);
            return await new StatusReader(cluster, TimeProvider.System.GetUtcNow()).ReadAsync(cancellationToken);
        }
        catch (OperationCanceledException fault) when (cancellationToken.IsCancellationRequested)
        {
            throw new SettingException("The command was stopped.", fault);
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

/// <summary>Generated JSON metadata.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ClusterStatus))]
internal sealed partial class ClusterStatusJson : JsonSerializerContext;
