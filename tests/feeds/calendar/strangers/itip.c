/* itip < DOCUMENTS: what libical makes of calendars, by the time zones that they bring along.

   In: for each document a line with its length in octets, then its octets. Out, a line each:
     D number       a document begins
     E words        a fault, by the parser or by the rules of RFC 5546 (icalrestriction_check)
     M uid at       a date of an event or a series, in seconds since 1970; twice is once
     X uid at       a date that the series leaves out
     R uid was at status   one date of a series that differs: where it stood, where it stands, and CANCELLED or -
   The rules are libical's, and so are the zones; which date takes the place of which, whoever reads this sees to. Its own
   icalcomponent_foreach_recurrence does not know changed dates, and reads RDATEs as UTC. */

#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST 500

/* By the VTIMEZONE that stands in the calendar: libical asks its own data only where there is none. */
static icaltimezone *zone_of(icalproperty *property)
{
    icalparameter *named = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
    icalcomponent *calendar = icalcomponent_get_parent(icalproperty_get_parent(property));
    return named ? icalcomponent_get_timezone(calendar, icalparameter_get_tzid(named)) : icaltimezone_get_utc_timezone();
}

static long long instant_of(icalproperty *property, struct icaltimetype at)
{
    return (long long)icaltime_as_timet_with_zone(at, zone_of(property));
}

static long long instant_in(icalcomponent *event, icalproperty_kind kind)
{
    icalproperty *found = icalcomponent_get_first_property(event, kind);
    return instant_of(found, icalvalue_get_datetime(icalproperty_get_value(found)));
}

static void say_changed(icalcomponent *event)
{
    const char *status = icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED ? "CANCELLED" : "-";
    printf("R %s %lld %lld %s\n", icalcomponent_get_uid(event), instant_in(event, ICAL_RECURRENCEID_PROPERTY),
           instant_in(event, ICAL_DTSTART_PROPERTY), status);
}

static void say_repeated(icalcomponent *event, icalproperty *starts)
{
    icalproperty *found = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
    if (found == NULL)
        return;
    icalrecur_iterator *dates = icalrecur_iterator_new(icalproperty_get_rrule(found), icalproperty_get_dtstart(starts));
    struct icaltimetype at = icalrecur_iterator_next(dates);
    for (int number = 0; number < MOST && !icaltime_is_null_time(at); number++, at = icalrecur_iterator_next(dates))
        printf("M %s %lld\n", icalcomponent_get_uid(event), instant_of(starts, at));
    icalrecur_iterator_free(dates);
}

static void say_listed(icalcomponent *event, icalproperty_kind kind, char letter)
{
    const char *uid = icalcomponent_get_uid(event);  /* asked for now: it goes through the properties too */
    icalproperty *found = icalcomponent_get_first_property(event, kind);
    for (int number = 0; found && number < MOST; number++, found = icalcomponent_get_next_property(event, kind)) {
        struct icaltimetype at = kind == ICAL_RDATE_PROPERTY ? icalproperty_get_rdate(found).time
                                                             : icalproperty_get_exdate(found);
        printf("%c %s %lld\n", letter, uid, instant_of(found, at));
    }
}

static void say_event(icalcomponent *event)
{
    icalproperty *starts = icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY);
    if (icalcomponent_get_first_property(event, ICAL_RECURRENCEID_PROPERTY)) {
        say_changed(event);
    } else if (icalcomponent_get_status(event) != ICAL_STATUS_CANCELLED) {
        printf("M %s %lld\n", icalcomponent_get_uid(event), instant_of(starts, icalproperty_get_dtstart(starts)));
        say_repeated(event, starts);
        say_listed(event, ICAL_RDATE_PROPERTY, 'M');
        say_listed(event, ICAL_EXDATE_PROPERTY, 'X');
    }
}

static void say_faults(icalcomponent *component)
{
    icalproperty *fault = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY);
    for (; fault; fault = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY))
        printf("E %s: %s\n", icalcomponent_kind_to_string(icalcomponent_isa(component)), icalproperty_get_xlicerror(fault));
    icalcomponent *inner = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT);
    for (; inner; inner = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT))
        say_faults(inner);
}

static void say_document(char *octets)
{
    icalcomponent *calendar = icalparser_parse_string(octets);
    if (calendar == NULL) {
        printf("E is no calendar\n");
        return;
    }
    icalrestriction_check(calendar);
    say_faults(calendar);
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    for (; event; event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT))
        say_event(event);
    icalcomponent_free(calendar);
}

int main(void)
{
    long length;
    for (int number = 0; scanf("%ld", &length) == 1 && getchar() == '\n'; number++) {
        char *octets = malloc((size_t)length + 1);
        if (octets == NULL || fread(octets, 1, (size_t)length, stdin) != (size_t)length)
            return 1;
        octets[length] = 0;
        printf("D %d\n", number);
        say_document(octets);
        free(octets);
    }
    return 0;
}
