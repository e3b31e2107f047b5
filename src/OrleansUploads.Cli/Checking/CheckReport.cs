using System.Text.Json;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Cli.Checking;

/// <summary>The result of a check.</summary>
internal enum CheckOutcome
{
    Sound,
    Damaged,
    NotChecked,
}

/// <summary>Prints findings as soon as they are found, because they may not fit in memory.</summary>
internal abstract class CheckReport
{
    public abstract void AddDamage(Damage damage);

    public abstract void AddOrphan(Orphan orphan);

    /// <summary>Prints the result of the check.</summary>
    /// <param name="outcome">The result.</param>
    /// <param name="tally">The counts, or null if the check did not start.</param>
    /// <param name="reason">Why the check did not finish, or null if it did.</param>
    public abstract void Finish(CheckOutcome outcome, CheckTally? tally, string? reason);

    /// <summary>Prints one line of text for each finding.</summary>
    internal sealed class Text(CheckSettings settings) : CheckReport
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
                Console.Error.WriteLine($"orleans-uploads: {reason}");
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

            var findings = Quantity.Format(tally.Damaged, "finding");
            Console.WriteLine(outcome switch
            {
                CheckOutcome.Sound => $"Sound: {CheckText.FormatCounts(tally)}.",
                CheckOutcome.Damaged => $"Damaged: {findings}. Checked {CheckText.FormatCounts(tally)}.",
                _ => $"Not finished: {findings} so far. Checked {CheckText.FormatCounts(tally)}.",
            });
        }
    }

    /// <summary>Prints one JSON document, piece by piece.</summary>
    internal sealed class Json : CheckReport, IDisposable
    {
        private readonly Utf8JsonWriter _writer;
        private bool _inOrphans;

        public Json(Stream output)
        {
            _writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
            _writer.WriteStartObject();
            _writer.WriteStartArray("damage");
        }

        public override void AddDamage(Damage damage)
        {
            _writer.WriteStartObject();
            _writer.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(damage.Kind.ToString()));
            WriteUnlessNull("file", damage.File);
            WriteUnlessNull("archive", damage.Archive?.ToString());
            WriteUnlessNull("upload", damage.Upload?.ToString());
            WriteUnlessNull("vault", damage.Vault?.ToString());
            WriteUnlessNull("bucket", damage.Bucket?.ToString());
            WriteUnlessNull("key", damage.Key?.ToString());
            _writer.WriteString("what", damage.What);
            _writer.WriteEndObject();
            _writer.Flush();
        }

        public override void AddOrphan(Orphan orphan)
        {
            BeginOrphans();
            _writer.WriteStartObject();
            _writer.WriteString("upload", orphan.Upload.ToString());
            _writer.WriteString("folder", orphan.Folder);
            _writer.WriteNumber("attempts", orphan.Attempts);
            _writer.WriteEndObject();
            _writer.Flush();
        }

        public override void Finish(CheckOutcome outcome, CheckTally? tally, string? reason)
        {
            BeginOrphans();
            _writer.WriteEndArray();
            _writer.WriteString("outcome", JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString()));
            WriteUnlessNull("reason", reason);
            if (tally is not null)
            {
                _writer.WriteNumber("damaged", tally.Damaged);
                _writer.WriteNumber("histories", tally.Histories);
                _writer.WriteNumber("archives", tally.Archives);
                _writer.WriteNumber("openUploads", tally.OpenUploads);
                _writer.WriteNumber("parts", tally.Parts);
                _writer.WriteNumber("partBytes", tally.PartBytes);
                _writer.WriteNumber("orphanUploads", tally.Orphans);
            }

            _writer.WriteEndObject();
            _writer.Flush();
            Console.Out.WriteLine();
        }

        public void Dispose() => _writer.Dispose();

        private void BeginOrphans()
        {
            if (!_inOrphans)
            {
                _writer.WriteEndArray();
                _writer.WriteStartArray("orphans");
                _inOrphans = true;
            }
        }

        private void WriteUnlessNull(string name, string? value)
        {
            if (value is not null)
            {
                _writer.WriteString(name, value);
            }
        }
    }
}
