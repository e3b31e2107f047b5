using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Gateway.Checking;

/// <summary>The result of a check. Its number is the exit code, on which scripts rely.</summary>
public enum CheckOutcome
{
    /// <summary>All data is as it was acknowledged.</summary>
    Sound = 0,

    /// <summary>Something is damaged.</summary>
    Damaged = 1,

    /// <summary>The check did not finish: the options are invalid, the data cannot be reached, or it was interrupted.</summary>
    NotChecked = 2,
}

/// <summary>Prints findings as soon as they are found, because they may not fit in memory.</summary>
internal abstract class CheckReport : IDisposable
{
    public abstract void AddDamage(Damage damage);

    public abstract void AddOrphan(Orphan orphan);

    /// <summary>Prints the result of the check.</summary>
    /// <param name="reason">Why the check did not finish, or null if it did.</param>
    /// <param name="tally">Null if the check did not start.</param>
    public abstract void Finish(CheckOutcome outcome, CheckTally? tally, string? reason);

    public virtual void Dispose()
    {
    }

    public static string FormatCounts(CheckTally tally) => string.Join(
        ", ",
        Quantity.Format(tally.Archives, "archive"),
        Quantity.Format(tally.Objects, "object"),
        Quantity.Format(tally.OpenUploads, "open upload"),
        Quantity.Format(tally.Parts, "part"),
        ByteCount.Format(tally.PartBytes));

    /// <summary>Prints one line of text for each finding.</summary>
    internal sealed class Text(string program, CheckSettings settings) : CheckReport
    {
        public override void AddDamage(Damage damage) => Console.WriteLine($"damaged: {damage}");

        public override void AddOrphan(Orphan orphan)
        {
            if (settings.ListOrphans)
            {
                Console.WriteLine($"unowned: {orphan.Folder}: {Quantity.Format(orphan.Attempts, "attempt")} that nothing refers to");
            }
        }

        public override void Finish(CheckOutcome outcome, CheckTally? tally, string? reason)
        {
            if (reason is not null)
            {
                Console.Error.WriteLine($"{program}: {reason.ReplaceLineEndings(" ")}");
            }

            if (tally is null)
            {
                return;
            }

            if (tally.Orphans > 0)
            {
                Console.WriteLine(
                    $"{Quantity.Format(tally.Orphans, "upload has", "uploads have")} bytes that nothing refers to. The server deletes "
                    + "them after its grace period.");
            }

            if (tally.UnfreedBytes > 0)
            {
                Console.WriteLine(
                    $"{ByteCount.Format(tally.UnfreedBytes)} of deleted archives and objects are not freed yet. The server frees them when no job, "
                    + "download or copy may need them any more.");
            }

            var findings = Quantity.Format(tally.Damaged, "finding");
            Console.WriteLine(outcome switch
            {
                CheckOutcome.Sound => $"Sound: {FormatCounts(tally)}.",
                CheckOutcome.Damaged => $"Damaged: {findings}. Checked {FormatCounts(tally)}.",
                _ => $"Not finished: {findings} so far. Checked {FormatCounts(tally)}.",
            });
        }
    }

    /// <summary>Prints one JSON document, piece by piece.</summary>
    internal sealed class Json : CheckReport
    {
        private static readonly JsonSerializerOptions Finding = new(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        };

        private readonly Utf8JsonWriter _writer = new(Console.OpenStandardOutput(), new JsonWriterOptions { Indented = true });
        private bool _inOrphans;

        public Json()
        {
            _writer.WriteStartObject();
            _writer.WriteStartArray("damage");
        }

        public override void AddDamage(Damage damage) => Add(new
        {
            damage.Kind,
            damage.File,
            archive = damage.Archive?.ToString(),
            upload = damage.Upload?.ToString(),
            vault = damage.Vault?.ToString(),
            bucket = damage.Bucket?.ToString(),
            key = damage.Key?.ToString(),
            damage.What,
        });

        public override void AddOrphan(Orphan orphan)
        {
            BeginOrphans();
            Add(new { upload = orphan.Upload.ToString(), orphan.Folder, orphan.Attempts });
        }

        public override void Finish(CheckOutcome outcome, CheckTally? tally, string? reason)
        {
            BeginOrphans();
            _writer.WriteEndArray();
            _writer.WriteString("outcome", JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString()));
            if (reason is not null)
            {
                _writer.WriteString("reason", reason);
            }

            if (tally is not null)
            {
                _writer.WriteNumber("damaged", tally.Damaged);
                _writer.WriteNumber("histories", tally.Histories);
                _writer.WriteNumber("archives", tally.Archives);
                _writer.WriteNumber("objects", tally.Objects);
                _writer.WriteNumber("openUploads", tally.OpenUploads);
                _writer.WriteNumber("parts", tally.Parts);
                _writer.WriteNumber("partBytes", tally.PartBytes);
                _writer.WriteNumber("orphanUploads", tally.Orphans);
                _writer.WriteNumber("unfreedBytes", tally.UnfreedBytes);
            }

            _writer.WriteEndObject();
            _writer.Flush();
            Console.Out.WriteLine();
        }

        public override void Dispose()
        {
            _writer.Dispose();
            base.Dispose();
        }

        private void Add(object finding)
        {
            JsonSerializer.Serialize(_writer, finding, Finding);
            _writer.Flush();
        }

        private void BeginOrphans()
        {
            if (!_inOrphans)
            {
                _writer.WriteEndArray();
                _writer.WriteStartArray("orphans");
                _inOrphans = true;
            }
        }
    }
}
