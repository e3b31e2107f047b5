using System.Buffers;
using System.Text.Json;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The writers of journal records: one for each thread, because most records are short and a thread writes one at a time.</summary>
internal static class RecordWriters
{
    private static readonly ArrayBufferWriter<byte> NoRecord = new();

    [ThreadStatic]
    private static Utf8JsonWriter? _idle;

    /// <summary>Takes the thread's writer, or a new one if it is in use.</summary>
    /// <param name="record">Where it writes.</param>
    public static Utf8JsonWriter Take(IBufferWriter<byte> record)
    {
        var writer = _idle ?? new Utf8JsonWriter(NoRecord, new JsonWriterOptions { SkipValidation = true });
        _idle = null;
        writer.Reset(record);
        return writer;
    }

    /// <summary>Gives a flushed writer back. It no longer holds its record.</summary>
    public static void Return(Utf8JsonWriter writer)
    {
        writer.Reset(NoRecord);
        _idle = writer;
    }
}
