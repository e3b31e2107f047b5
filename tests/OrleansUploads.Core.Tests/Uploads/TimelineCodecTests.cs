using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Uploads;

public sealed class TimelineCodecTests
{
    private static readonly Sender Ann = new("AKIDANN", "node-1", "192.0.2.1");

    private static Timeline Unpacked(Timeline timeline) => TimelineCodec.Unpack(TimelineCodec.Pack(timeline, Some.Noon), Some.Noon);

    private static void AssertSame(Timeline expected, Timeline actual)
    {
        Assert.Equal(expected.Senders, actual.Senders);
        Assert.Equal(expected.Parts, actual.Parts);
        Assert.Equal(expected.Lost, actual.Lost);
        Assert.Equal((expected.EndedBy, expected.NotListed), (actual.EndedBy, actual.NotListed));
    }

    [Fact]
    public void A_timeline_is_unpacked_as_it_was_packed()
    {
        var timeline = new Timeline(
            [Ann, new Sender(null, "nœud", null), new Sender("", null, "2001:db8::1")],
            EndedBy: 2,
            [
                new TimelinePart(1, Some.Noon.AddSeconds(3), 1, 0),
                new TimelinePart(2, Some.Noon.AddSeconds(1), 1, 40_000),
                new TimelinePart(7, Some.Noon.AddDays(400), SenderTable.Others, 1),
                new TimelinePart(10_000, Some.Noon.AddDays(-2), 0, 0),
            ],
            [
                new LostAttempt(2, Some.Noon.AddMilliseconds(1), 3, 40L << 30, Some.Attempt(1), IsReplaced: true),
                new LostAttempt(9, Some.Noon, 0, 0, null, IsReplaced: false),
            ],
            NotListed: 300);

        AssertSame(timeline, Unpacked(timeline));
    }

    [Fact]
    public void An_empty_timeline_is_unpacked_as_it_was_packed()
    {
        var timeline = new Timeline([], 0, [], [], 0);
        AssertSame(timeline, Unpacked(timeline));
    }

    [Fact]
    public void Ten_thousand_parts_of_one_sender_take_less_than_40_KB()
    {
        var parts = Enumerable.Range(1, 10_000).Select(number =>
            new TimelinePart(number, Some.Noon.AddMilliseconds(number * 137L % 86_400_000), 1, 0)).ToList();

        Assert.InRange(TimelineCodec.Pack(new Timeline([Ann], 1, parts, [], 0), Some.Noon).Bytes.Length, 1, 40_000);
    }

    [Fact]
    public void A_damaged_timeline_is_an_error_and_nothing_else()
    {
        var bytes = TimelineCodec.Pack(
            new Timeline(
                [Ann],
                1,
                [new TimelinePart(1, Some.Noon, 1, 3), new TimelinePart(3, Some.Noon.AddHours(1), 0, 0)],
                [new LostAttempt(1, Some.Noon, 1, 7, Some.Attempt(1), IsReplaced: true)],
                2),
            Some.Noon).Bytes.ToArray();
        for (var count = 0; count < bytes.Length; count++)
        {
            Assert.Throws<FormatException>(() => TimelineCodec.Unpack(new PackedTimeline(bytes.AsMemory(0, count)), Some.Noon));
        }

        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var changed = bytes.ToArray();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                TimelineCodec.Unpack(new PackedTimeline(changed), Some.Noon);
            }
            catch (FormatException)
            {
                // Most changes are noticed. The others give another timeline.
            }
        }
    }

    [Fact]
    public void The_text_form_of_a_packed_timeline_is_read_again()
    {
        var packed = TimelineCodec.Pack(new Timeline([Ann], 1, [], [], 0), Some.Noon);
        Assert.True(PackedTimeline.TryParse(packed.ToString(), out var parsed));
        Assert.Equal(packed, parsed);
        Assert.False(PackedTimeline.TryParse("not base64!", out _));
    }
}
