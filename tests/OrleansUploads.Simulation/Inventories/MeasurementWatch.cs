using System.Text.Json;

namespace OrleansUploads.Simulation.Inventories;

/// <summary>Observes the beginning and the measurement of each job when it becomes durable.</summary>
internal sealed class MeasurementWatch(SimulatedWorld world, Hosts hosts, Action<InventorySituations> saw)
{
    private readonly Dictionary<string, int> _livesAtBegin = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _readyAt = new(StringComparer.Ordinal);

    /// <summary>When the output of a job became available that was measured after it had been accepted, or null.</summary>
    public DateTimeOffset? ReadyAt(JobId job) => _readyAt.TryGetValue(job.ToString(), out var at) ? at : null;

    public bool HasBegun(JobId job) => _livesAtBegin.ContainsKey(job.ToString());

    public void Saw(JournalAppend append)
    {
        if (append.Entity.Kind == EntityKind.ArchiveShard && _livesAtBegin.Count > _readyAt.Count
            && append.Record.Span.IndexOf("\"archive-deleted.1\""u8) >= 0)
        {
            saw(InventorySituations.DeletedBeforeMeasured);
        }

        if (append.Entity.Kind == EntityKind.Jobs)
        {
            using var record = JsonDocument.Parse(append.Record);
            foreach (var happened in record.RootElement.EnumerateArray())
            {
                Saw(happened[0].GetString()!, happened[1]);
            }
        }
    }

    private void Saw(string name, JsonElement members)
    {
        switch (name)
        {
            case "inventory-begun.1":
                var begun = members.GetProperty("job").GetProperty("job").GetString()!;
                if (!_livesAtBegin.TryAdd(begun, hosts.Lives))
                {
                    world.Fail($"jobs: the job {begun} began twice");
                }

                break;
            case "inventory-measured.1":
                var measured = members.GetProperty("job").GetString()!;
                if (!_readyAt.TryAdd(measured, DateTimeOffset.FromUnixTimeMilliseconds(members.GetProperty("readyAt").GetInt64())))
                {
                    world.Fail($"jobs: the job {measured} was measured twice");
                }

                if (_livesAtBegin.TryGetValue(measured, out var lives) && lives < hosts.Lives)
                {
                    saw(InventorySituations.DiedBeforeMeasured);
                }

                break;
        }
    }
}
